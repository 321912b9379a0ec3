import { closeSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { readFileSync, readSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeManifest, decodeSidecar, chunkBytes, chunkLength } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { listHeights, syncFolder } from "./files.ts";
import { digest } from "./record.ts";
import { sidecarFolder, sidecarPath, sidecarSuffix } from "./snapshot.ts";
import { snapshotSuffix, temporarySuffix } from "./snapshot.ts";

/** CometBFT looks at no more than ten. */
const mostOffered = 10;

/** A state snapshot that peers may have. */
export type Offered = {
  readonly height: bigint;
  readonly manifest: Manifest;
  /** As it is sent. */
  readonly metadata: Uint8Array;
  /** Of the metadata. */
  readonly hash: Uint8Array;
  readonly path: string;
  readonly bodyStart: number;
};

/** The state snapshots of a node: what a restart starts from, and what peers that join are given. */
export class SnapshotFolder {
  readonly path: string;
  readonly #sidecars: string;
  #heights: readonly bigint[] = [];
  #offered: readonly Offered[] = [];

  constructor(path: string) {
    this.path = path;
    this.#sidecars = join(dirname(path), sidecarFolder);
    mkdirSync(this.#sidecars, { recursive: true });
    this.#removeLeftovers();
    this.refresh();
  }

  /** Lowest first. */
  get heights(): readonly bigint[] {
    return this.#heights;
  }

  /** Newest first; without those whose sidecar does not read well. */
  get offered(): readonly Offered[] {
    return this.#offered;
  }

  /** Looks at the files anew. */
  refresh(): void {
    const files = listHeights(this.path, snapshotSuffix);
    this.#heights = files.map(({ height }) => height);
    this.#offered = files
      .slice(-mostOffered)
      .reverse()
      .flatMap(({ height, path }) => readOffered(height, path));
  }

  /** A chunk as it stands in the file; undefined when there is none. Whoever takes it checks its hash. */
  chunk(height: bigint, index: number): Uint8Array | undefined {
    const found = this.#offered.find((one) => one.height === height);
    if (found === undefined || !Number.isSafeInteger(index) || index < 0) return undefined;
    const { bodyBytes } = found.manifest;
    const bytes = new Uint8Array(chunkLength(bodyBytes, index));
    if (bytes.length === 0) return undefined;
    const fd = openSync(found.path, "r");
    try {
      const at = found.bodyStart + index * chunkBytes;
      return readSync(fd, bytes, 0, bytes.length, at) === bytes.length ? bytes : undefined;
    } finally {
      closeSync(fd);
    }
  }

  remove(heights: readonly bigint[]): void {
    if (heights.length === 0) return;
    for (const { height, path } of listHeights(this.path, snapshotSuffix)) {
      if (!heights.includes(height)) continue;
      rmSync(path);
      rmSync(sidecarPath(path), { force: true });
    }
    syncFolder(this.path);
    this.refresh();
  }

  /** Of a writer or a restore that was killed, and sidecars whose snapshot a rollback removed. */
  #removeLeftovers(): void {
    for (const folder of [this.path, this.#sidecars]) {
      for (const name of readdirSync(folder)) {
        if (name.endsWith(temporarySuffix)) rmSync(join(folder, name));
      }
    }
    const kept = listHeights(this.path, snapshotSuffix).map(({ path }) => sidecarPath(path));
    for (const { path } of listHeights(this.#sidecars, sidecarSuffix)) {
      if (!kept.includes(path)) rmSync(path);
    }
  }
}

function readOffered(height: bigint, path: string): Offered[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(sidecarPath(path));
  } catch (error) {
    // A snapshot of an earlier version has none; a restart can use it all the same.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const sidecar = decodeSidecar(bytes);
  if (sidecar === undefined) return [];
  const { bodyStart, manifest: metadata } = sidecar;
  const manifest = decodeManifest(metadata);
  return [{ height, manifest, metadata, hash: digest(metadata), path, bodyStart }];
}

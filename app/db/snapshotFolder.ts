import { join } from "node:path";
import { equalBytes } from "../../core/bytes.ts";
import { killPoint } from "../killPoint.ts";
import { MalformedError } from "./bytes.ts";
import { readPart, readWhole, withFile } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { listHeights } from "./files.ts";
import type { HeightFile } from "./files.ts";
import { decodeManifest, decodeSidecar, chunkBytes, chunkLength } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { digest } from "./record.ts";
import type { Source } from "./recover.ts";
import { sidecarPath, sidecarSuffix } from "./snapshot.ts";
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
  readonly #disk: Disk;
  readonly #chain: Uint8Array;
  readonly #sidecars: string;
  #heights: readonly bigint[] = [];
  #offered: readonly Offered[] = [];

  constructor({ disk, folders, chain }: Pick<Source, "disk" | "folders" | "chain">) {
    this.path = folders.snapshots;
    this.#disk = disk;
    this.#chain = chain;
    this.#sidecars = folders.sidecars;
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

  get freeBytes(): number {
    return this.#disk.free(this.path);
  }

  /** Looks at the files anew. */
  refresh(): void {
    const files = listHeights(this.#disk, this.path, snapshotSuffix);
    this.#heights = files.map(({ height }) => height);
    this.#offered = files
      .slice(-mostOffered)
      .reverse()
      .flatMap((file) => {
        const sidecar = readSidecar(this.#disk, file.path);
        return (sidecar && offeredOf(file, this.#chain, sidecar)) ?? [];
      });
  }

  /** A chunk as it stands in the file; undefined when there is none. Whoever takes it checks its hash. */
  chunk(height: bigint, index: number): Uint8Array | undefined {
    const found = this.#offered.find((one) => one.height === height);
    if (found === undefined || !Number.isSafeInteger(index) || index < 0) return undefined;
    const { bodyBytes } = found.manifest;
    const length = chunkLength(bodyBytes, index);
    if (length === 0) return undefined;
    const at = found.bodyStart + index * chunkBytes;
    const bytes = unlessRefused(() =>
      withFile(this.#disk, found.path, "read", (file) => readPart(file, at, at + length)),
    );
    return bytes?.length === length ? bytes : undefined;
  }

  remove(heights: readonly bigint[]): void {
    if (heights.length === 0) return;
    const gone = listHeights(this.#disk, this.path, snapshotSuffix).filter(({ height }) =>
      heights.includes(height),
    );
    for (const { path } of gone) this.#disk.remove(path);
    killPoint("snapshot.pruned");
    this.#disk.syncFolder(this.path);
    // Not before: a snapshot must never stand without its sidecar, whatever a power cut brings back.
    for (const { path } of gone) this.#disk.remove(sidecarPath(path));
    this.refresh();
  }

  /** Of a writer or a restore that was killed, and sidecars whose snapshot a rollback removed. */
  #removeLeftovers(): void {
    const disk = this.#disk;
    for (const folder of [this.path, this.#sidecars]) {
      for (const name of disk.names(folder)) {
        if (name.endsWith(temporarySuffix)) disk.remove(join(folder, name));
      }
    }
    const kept = listHeights(disk, this.path, snapshotSuffix).map(({ path }) => sidecarPath(path));
    const orphans = listHeights(disk, this.#sidecars, sidecarSuffix).filter(
      ({ path }) => !kept.includes(path),
    );
    if (orphans.length === 0) return;
    disk.syncFolder(this.path);
    for (const { path } of orphans) disk.remove(path);
  }
}

/** What is only there for peers may be missing or unreadable: then they are given nothing. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** undefined for the snapshot of an earlier version: a restart can use it all the same. */
export function readSidecar(disk: Disk, path: string): Uint8Array | undefined {
  return unlessRefused(() => readWhole(disk, sidecarPath(path)));
}

/** undefined when the sidecar is damaged, or that of another snapshot. */
export function offeredOf(
  { height, path }: HeightFile,
  chain: Uint8Array,
  bytes: Uint8Array,
): Offered | undefined {
  const sidecar = decodeSidecar(bytes);
  if (sidecar === undefined) return undefined;
  const { bodyStart, manifest: metadata } = sidecar;
  try {
    const manifest = decodeManifest(metadata);
    if (manifest.height !== height || !equalBytes(manifest.chain, chain)) return undefined;
    return { height, manifest, metadata, hash: digest(metadata), path, bodyStart };
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { equalBytes } from "../../core/bytes.ts";
import { StoreError } from "../../core/store/errors.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { ByteWriter, MalformedError } from "./bytes.ts";
import { heightPath, writeFully } from "./files.ts";
import { chunkLength } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { digest } from "./record.ts";
import { putInPlace, readSnapshot, sidecarOf, snapshotSuffix } from "./snapshot.ts";
import { temporarySidecar, temporarySuffix, writeHead } from "./snapshot.ts";
import type { LoadedSnapshot, SnapshotHead } from "./snapshot.ts";

export type IntakeOptions = {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of this node: with the trusted app hash, and nothing that a peer said. */
  readonly head: SnapshotHead;
  readonly make: () => Multistore;
};

/** A snapshot that comes in chunk by chunk. Until install() only a temporary file knows of it. */
export class Intake {
  readonly manifest: Manifest;
  readonly head: SnapshotHead;
  readonly #path: string;
  readonly #make: () => Multistore;
  readonly #hash: Hash = createHash("sha256");
  readonly #bodyStart: number;
  #fd: number | undefined;
  #length = 0;
  #next = 0;

  constructor({ folder, manifest, head, make }: IntakeOptions) {
    this.manifest = manifest;
    this.head = head;
    this.#path = heightPath(folder, head.height, snapshotSuffix);
    this.#make = make;
    this.#fd = openSync(this.#path + temporarySuffix, "w");
    const out = new ByteWriter();
    writeHead(
      out,
      head,
      manifest.stores.map(([name]) => name),
    );
    this.#bodyStart = out.length;
    this.#write(out.written());
  }

  /** The index of the chunk that comes next; the count of chunks when all are there. */
  get next(): number {
    return this.#next;
  }

  get isComplete(): boolean {
    return this.#next === this.manifest.chunks.length;
  }

  /** Takes the next chunk; false, and nothing is taken, when it is not the one that was promised. */
  append(chunk: Uint8Array): boolean {
    const expected = this.manifest.chunks[this.#next];
    if (expected === undefined) return false;
    if (chunk.length !== chunkLength(this.manifest.bodyBytes, this.#next)) return false;
    if (!equalBytes(digest(chunk), expected)) return false;
    this.#write(chunk);
    this.#next += 1;
    return true;
  }

  /** Rebuilds the trees; undefined when they are not those of the trusted app hash. */
  verify(): LoadedSnapshot | undefined {
    const fd = this.#fd;
    if (fd === undefined || !this.isComplete) return undefined;
    writeFully(fd, this.#hash.digest(), this.#length);
    fsyncSync(fd);
    try {
      const path = this.#path + temporarySuffix;
      const loaded = readSnapshot(path, this.#make, this.manifest.stores);
      return equalBytes(loaded.appHash, this.head.appHash) ? loaded : undefined;
    } catch (error) {
      if (error instanceof MalformedError || error instanceof StoreError) return undefined;
      throw error;
    }
  }

  /** Makes the verified snapshot one of this node's own, durably. */
  install(): void {
    const sidecar = sidecarOf(this.#bodyStart, this.manifest);
    writeFileSync(temporarySidecar(this.#path), sidecar, { flush: true });
    this.#close();
    putInPlace(this.#path);
  }

  /** Leaves nothing behind. */
  abandon(): void {
    if (this.#fd === undefined) return;
    this.#close();
    rmSync(this.#path + temporarySuffix, { force: true });
  }

  #write(bytes: Uint8Array): void {
    if (this.#fd === undefined) throw new StoreError("intake: expected an open file");
    writeFully(this.#fd, bytes, this.#length);
    this.#hash.update(bytes);
    this.#length += bytes.length;
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

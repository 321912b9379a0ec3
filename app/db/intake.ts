import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import { equalBytes } from "../../core/bytes.ts";
import { StoreError } from "../../core/store/errors.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { killPoint } from "../killPoint.ts";
import { ByteWriter, MalformedError } from "./bytes.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { orUnusable } from "./errors.ts";
import { heightPath, writeFully } from "./files.ts";
import { chunkLength } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { digest } from "./record.ts";
import { putInPlace, readSnapshot, snapshotSuffix } from "./snapshot.ts";
import { temporarySuffix, writeHead, writeSidecar } from "./snapshot.ts";
import type { LoadedSnapshot, SnapshotHead } from "./snapshot.ts";

export type IntakeOptions = {
  readonly disk: Disk;
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
  readonly #disk: Disk;
  readonly #path: string;
  readonly #make: () => Multistore;
  readonly #hash: Hash = createHash("sha256");
  readonly #bodyStart: number;
  #file: DiskFile | undefined;
  #length = 0;
  #next = 0;

  constructor({ disk, folder, manifest, head, make }: IntakeOptions) {
    this.manifest = manifest;
    this.head = head;
    this.#disk = disk;
    this.#path = heightPath(folder, head.height, snapshotSuffix);
    this.#make = make;
    this.#file = disk.open(this.#path + temporarySuffix, "replace");
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
    orUnusable(this.#path, () => this.#write(chunk));
    this.#next += 1;
    killPoint("restore.chunk");
    return true;
  }

  /** Rebuilds the trees; undefined when they are not those of the trusted app hash. */
  verify(): LoadedSnapshot | undefined {
    const file = this.#file;
    if (file === undefined || !this.isComplete) return undefined;
    const path = this.#path + temporarySuffix;
    return orUnusable(path, () => {
      writeFully(file, this.#hash.digest(), this.#length);
      file.sync();
      try {
        const loaded = readSnapshot(this.#disk, path, this.#make, this.manifest.stores);
        return equalBytes(loaded.appHash, this.head.appHash) ? loaded : undefined;
      } catch (error) {
        if (error instanceof MalformedError || error instanceof StoreError) return undefined;
        throw error;
      }
    });
  }

  /** Makes the verified snapshot one of this node's own, durably. */
  install(): void {
    writeSidecar(this.#disk, this.#path, this.#bodyStart, this.manifest);
    this.#close();
    putInPlace(this.#disk, this.#path);
  }

  /** Leaves nothing behind. */
  abandon(): void {
    if (this.#file === undefined) return;
    this.#close();
    orUnusable(this.#path, () => this.#disk.remove(this.#path + temporarySuffix));
  }

  #write(bytes: Uint8Array): void {
    if (this.#file === undefined) throw new StoreError("intake: expected an open file");
    writeFully(this.#file, bytes, this.#length);
    this.#hash.update(bytes);
    this.#length += bytes.length;
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

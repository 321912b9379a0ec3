import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { dirname } from "node:path";
import { toHex, utf8Encode } from "../../core/bytes.ts";
import { killPoint } from "../killPoint.ts";
import type { StoreKey } from "../../core/store/kv.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import type { ExportedNode } from "../../core/store/tree.ts";
import { ByteReader, ByteWriter, MalformedError } from "./bytes.ts";
import type { ByteSource } from "./bytes.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { DbError } from "./errors.ts";
import { writeFullyLater } from "./files.ts";
import { digestLength } from "./record.ts";

export const snapshotSuffix = ".snap";
export const temporarySuffix = ".tmp";

/** The block after which a snapshot was taken: what replay needs to go on from it. */
export type SnapshotHead = {
  readonly chain: Uint8Array;
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly appHash: Uint8Array;
  readonly recordHash: Uint8Array;
  readonly meta: Uint8Array;
};

const magic = utf8Encode("ASSNAP01");
const tag = { inner: 0, leaf: 1, storeEnd: 2 } as const;
// Between two slices the event loop runs, so a slice must stay below a few milliseconds.
const sliceNodes = 1024;
const sliceBytes = 128 * 1024;

function writeHead(out: ByteWriter, head: SnapshotHead, stores: readonly string[]): void {
  out.raw(magic);
  out.raw(head.chain);
  out.i64(head.height);
  out.i64(head.timeMs);
  out.raw(head.appHash);
  out.raw(head.recordHash);
  out.blob(head.meta);
  out.u8(stores.length);
  for (const name of stores) out.blob(utf8Encode(name));
}

function writeNode(out: ByteWriter, { version, leaf }: ExportedNode): void {
  out.u8(leaf === undefined ? tag.inner : tag.leaf);
  out.uvarint(version);
  if (leaf === undefined) return;
  out.latin(leaf.key);
  out.blob(leaf.value);
}

/** Fills `out` with the next nodes; true when the store is through. */
function writeSlice(out: ByteWriter, nodes: Iterator<ExportedNode, undefined>): boolean {
  for (let i = 0; i < sliceNodes && out.length < sliceBytes; i++) {
    const next = nodes.next();
    if (next.done === true) {
      out.u8(tag.storeEnd);
      return true;
    }
    writeNode(out, next.value);
  }
  return false;
}

/**
 * Writes the state of head.height beside the running chain: the version must be pinned, its nodes do not change.
 * The file appears under its name only when all of it is durable. False when `aborted` said so.
 */
export async function writeSnapshot(
  disk: Disk,
  path: string,
  head: SnapshotHead,
  store: Multistore,
  aborted: () => boolean,
): Promise<boolean> {
  const temporary = path + temporarySuffix;
  const file = disk.open(temporary, "replace");
  killPoint("snapshot.begun");
  let at = 0;
  try {
    const hash = createHash("sha256");
    const out = new ByteWriter(2 * sliceBytes);
    const flush = async (): Promise<void> => {
      const bytes = out.written();
      hash.update(bytes);
      at = await writeFullyLater(file, bytes, at);
      killPoint("snapshot.half");
      out.reset();
    };
    writeHead(out, head, store.storeNames);
    for (const name of store.storeNames) {
      const nodes = store.exportStore(name, head.height);
      for (let done = false; !done; await flush()) {
        if (aborted()) return false;
        done = writeSlice(out, nodes);
      }
    }
    out.raw(hash.digest());
    await writeFullyLater(file, out.written(), at);
    killPoint("snapshot.written");
    await file.syncLater();
    killPoint("snapshot.synced");
    // Nothing may come between this look and the rename: an aborted writer has lost its claim on the folder.
    if (aborted()) return false;
    disk.rename(temporary, path);
    disk.syncFolder(dirname(path));
    killPoint("snapshot.named");
    return true;
  } finally {
    file.close();
    disk.remove(temporary);
  }
}

/** Reads a file in pieces and hashes what it gives out, all but the checksum at the end. */
class HashedFile implements ByteSource {
  readonly #file: DiskFile;
  readonly #hash: Hash = createHash("sha256");
  #rest: number;
  #buffer: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(file: DiskFile) {
    this.#file = file;
    this.#rest = file.size() - digestLength;
  }

  take(length: number): Uint8Array {
    if (length > this.#rest)
      throw new MalformedError(`expected ${length} more bytes, got ${this.#rest}`);
    if (this.#at + length > this.#buffer.length) this.#fill(length);
    const bytes = this.#buffer.subarray(this.#at, this.#at + length);
    this.#at += length;
    this.#rest -= length;
    return bytes;
  }

  /** Whether everything was taken and is what was written. */
  isIntact(): boolean {
    if (this.#rest !== 0) return false;
    this.#hash.update(this.#buffer.subarray(0, this.#at));
    const written = new Uint8Array(digestLength);
    this.#file.read(written, this.#file.size() - digestLength);
    return toHex(this.#hash.digest()) === toHex(written);
  }

  /** The same without a look at what the rest says. */
  isIntactToTheEnd(): boolean {
    while (this.#rest > 0) this.take(Math.min(this.#rest, 1 << 20));
    return this.isIntact();
  }

  #fill(length: number): void {
    const left = this.#buffer.subarray(this.#at);
    this.#hash.update(this.#buffer.subarray(0, this.#at));
    const wanted = Math.min(this.#rest, Math.max(length, 1 << 20));
    const next = new Uint8Array(wanted);
    next.set(left);
    const from = this.#file.size() - digestLength - this.#rest + left.length;
    const got = this.#file.read(next.subarray(left.length), from);
    if (got !== wanted - left.length) throw new MalformedError("the file ends early");
    this.#buffer = next;
    this.#at = 0;
  }
}

function readHead(reader: ByteReader): SnapshotHead {
  if (toHex(reader.raw(magic.length)) !== toHex(magic)) throw new MalformedError("not a snapshot");
  return {
    chain: reader.raw(digestLength),
    height: reader.i64(),
    timeMs: reader.i64(),
    appHash: reader.raw(digestLength),
    recordHash: reader.raw(digestLength),
    meta: reader.blob(),
  };
}

function* readNodes(reader: ByteReader): Generator<ExportedNode, undefined> {
  for (let kind = reader.u8(); kind !== tag.storeEnd; kind = reader.u8()) {
    if (kind !== tag.inner && kind !== tag.leaf)
      throw new MalformedError(`unknown node tag ${kind}`);
    const version = reader.uvarint();
    if (kind === tag.inner) yield { version, leaf: undefined };
    else yield { version, leaf: { key: reader.latin() as StoreKey, value: reader.blob() } };
  }
  return undefined;
}

export type LoadedSnapshot = {
  readonly head: SnapshotHead;
  readonly multistore: Multistore;
  /** Of the restored trees; the caller compares it with the head's. */
  readonly appHash: Uint8Array;
};

/** Throws a MalformedError for a file that is not what was written, E1411 for one of other stores. */
export function readSnapshot(disk: Disk, path: string, make: () => Multistore): LoadedSnapshot {
  const opened = disk.open(path, "read");
  try {
    const file = new HashedFile(opened);
    const reader = new ByteReader(file);
    const head = readHead(reader);
    const names = Array.from({ length: reader.u8() }, () => reader.text());
    const multistore = make();
    if (names.join() !== multistore.storeNames.join()) {
      if (!file.isIntactToTheEnd()) throw new MalformedError("the checksum differs");
      throw new DbError("otherLayout", {
        what: `state snapshot: expected stores ${multistore.storeNames.join()}, got ${names.join()}`,
        where: path,
        fix: ["start the version of assay that wrote this state"],
      });
    }
    const appHash = multistore.restore(head.height, () => readNodes(reader));
    if (!file.isIntact()) throw new MalformedError("the checksum differs");
    return { head, multistore, appHash };
  } finally {
    opened.close();
  }
}

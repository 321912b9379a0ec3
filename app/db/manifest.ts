import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import { toHex, utf8Encode } from "../../core/bytes.ts";
import type { NamedRoot } from "../../core/store/merkle.ts";
import { merkleRoot } from "../../core/store/merkle.ts";
import { readVarint } from "../../core/store/varint.ts";
import { ByteReader, ByteWriter, MalformedError, sourceOf } from "./bytes.ts";
import { digest, digestLength } from "./record.ts";

/** Of what peers send each other; another layout of the nodes or another chunk size takes another number. */
export const snapshotFormat = 1;
export const chunkBytes = 1024 * 1024;
/** CometBFT's limits of one snapshot: chunks, and bytes of the message that offers it. */
export const maxChunks = 100_000;
export const maxManifestBytes = 4_000_000;

const magic = utf8Encode("ASCHNK01");

/**
 * What a snapshot's metadata says. The preimages of the store roots are proved by the app hash alone, and each
 * names the count of its keys: how large the trees may become is known before the first chunk.
 */
export type Manifest = {
  readonly chain: Uint8Array;
  readonly height: bigint;
  readonly bodyBytes: number;
  /** Store names, sorted, with the preimages of their roots. */
  readonly stores: readonly NamedRoot[];
  /** sha256 of each chunk. */
  readonly chunks: readonly Uint8Array[];
};

export function chunkCount(bodyBytes: number): number {
  return Math.ceil(bodyBytes / chunkBytes);
}

/** How many bytes the chunk at `index` has: all but the last are full. */
export function chunkLength(bodyBytes: number, index: number): number {
  return Math.max(0, Math.min(chunkBytes, bodyBytes - index * chunkBytes));
}

/** The same bytes on every node: nothing in them is a node's own. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const out = new ByteWriter();
  out.raw(manifest.chain);
  out.i64(manifest.height);
  out.uvarint(manifest.bodyBytes);
  out.u8(manifest.stores.length);
  for (const [name, preimage] of manifest.stores) {
    out.blob(utf8Encode(name));
    out.blob(preimage);
  }
  for (const hash of manifest.chunks) out.raw(hash);
  return out.written().slice();
}

/** Throws a MalformedError; what it returns is consistent in itself, and nothing of it is proved. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const source = sourceOf(bytes);
  const reader = new ByteReader(source);
  const chain = reader.raw(digestLength);
  const height = reader.i64();
  const bodyBytes = reader.uvarint();
  const stores = Array.from({ length: reader.u8() }, (): NamedRoot => [
    reader.text(),
    reader.blob(),
  ]);
  const count = chunkCount(bodyBytes);
  // What remains bounds the count before anything of that length is made.
  if (count < 1 || count > maxChunks || source.rest !== count * digestLength) {
    throw new MalformedError(
      `expected ${count} chunk hashes of 1..${maxChunks}, got ${source.rest} bytes`,
    );
  }
  const chunks = Array.from({ length: count }, () => reader.raw(digestLength));
  return { chain, height, bodyBytes, stores, chunks };
}

/** The app hash that these stores make. */
export function appHashOf({ stores }: Manifest): Uint8Array {
  return merkleRoot(stores.map(([name, preimage]): NamedRoot => [name, digest(preimage)]));
}

/** The most nodes that a tree with this root has: two a key, less one. */
export function nodesOf(preimage: Uint8Array): number {
  const height = readVarint(preimage, 0);
  const size = height && readVarint(preimage, height.next);
  return size === undefined ? 0 : Math.max(0, 2 * Number(size.value) - 1);
}

/** Hashes a snapshot's body in chunks while it is written. */
export class ChunkHasher {
  readonly hashes: Uint8Array[] = [];
  #hash: Hash = createHash("sha256");
  #inChunk = 0;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + chunkBytes - this.#inChunk);
      this.#hash.update(part);
      this.#inChunk += part.length;
      at += part.length;
      if (this.#inChunk === chunkBytes) this.#cut();
    }
    this.#total += bytes.length;
  }

  finish(): readonly Uint8Array[] {
    if (this.#inChunk > 0) this.#cut();
    return this.hashes;
  }

  #cut(): void {
    this.hashes.push(this.#hash.digest());
    this.#hash = createHash("sha256");
    this.#inChunk = 0;
  }
}

/** What lies beside a snapshot's file: where its body starts, and what is offered to peers. */
export type Sidecar = { readonly bodyStart: number; readonly manifest: Uint8Array };

export function encodeSidecar({ bodyStart, manifest }: Sidecar): Uint8Array {
  const out = new ByteWriter(magic.length + 16 + manifest.length + digestLength);
  out.raw(magic);
  out.u32(bodyStart);
  out.blob(manifest);
  out.raw(digest(out.written()));
  return out.written();
}

/** undefined when it is not what was written. */
export function decodeSidecar(bytes: Uint8Array): Sidecar | undefined {
  const end = bytes.length - digestLength;
  if (end < magic.length) return undefined;
  const body = bytes.subarray(0, end);
  if (toHex(digest(body)) !== toHex(bytes.subarray(end))) return undefined;
  try {
    const reader = new ByteReader(sourceOf(body));
    if (toHex(reader.raw(magic.length)) !== toHex(magic)) return undefined;
    return { bodyStart: reader.u32(), manifest: reader.blob() };
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

import { sha256 } from "../crypto/sha256.ts";
import { copyHash, hashLength, none, viewOf } from "./arena.ts";
import type { NodeArena } from "./arena.ts";
import { batchSize, longestInBatch } from "./batch.ts";
import type { BatchHasher } from "./batch.ts";
import { putUvarint, putVarint, uvarintLength, varintBytes, varintLength } from "./varint.ts";

/** The root of a tree without keys and of a map without stores. */
export const emptyRoot = sha256(new Uint8Array(0));

/** Where a preimage is written, byte by byte and by words. */
type Out = { readonly bytes: Uint8Array; readonly view: DataView };

const outOf = (bytes: Uint8Array): Out => ({ bytes, view: viewOf(bytes) });
const noValue = new Uint8Array(0);
/** A leaf's height and size. */
const leafHead = [0, 2] as const;

/** Writes node hashes of WIRE.md 10 into an arena. */
export class NodeHasher {
  readonly #batch: BatchHasher;
  readonly #inputs: Out;
  readonly #digests: DataView;
  #version = -1;
  #versionBytes: Uint8Array = new Uint8Array(0);

  constructor(batch: BatchHasher) {
    this.#batch = batch;
    this.#inputs = outOf(batch.inputs);
    this.#digests = viewOf(batch.digests);
  }

  /** Nodes in lists by their height, leaves first: hashed as of `version`, or each as of its own. */
  hashLevels(nodes: NodeArena, levels: readonly (readonly number[])[], version?: number): void {
    // Lowest first: the children's hashes then stand before their parent needs them, without recursion.
    for (const [height, level] of levels.entries()) {
      for (let from = 0; from < level.length; from += batchSize) {
        const some = level.length <= batchSize ? level : level.slice(from, from + batchSize);
        if (height === 0) this.#hashLeaves(nodes, some, version);
        else this.#hashInners(nodes, some, version);
      }
    }
  }

  /** What a node's hash is taken of: it names the node's height and its count of keys first. */
  preimage(nodes: NodeArena, node: number): Uint8Array {
    const made = this.#versionOf(nodes, node);
    const isLeaf = nodes.height[node] === 0;
    const length = isLeaf ? leafLength(nodes, node, made) : innerLength(nodes, node, made);
    const out = outOf(new Uint8Array(length));
    if (isLeaf) {
      const digest = viewOf(this.#batch.one(valueOf(nodes, node)));
      putLeaf(nodes, node, made, { digest, at: 0 }, out, 0);
    } else putInner(nodes, node, made, out, 0);
    return out.bytes;
  }

  #hashInners(nodes: NodeArena, some: readonly number[], version?: number): void {
    const batch = this.#batch;
    for (const node of some) {
      const made = this.#versionOf(nodes, node, version);
      putInner(nodes, node, made, this.#inputs, batch.place(innerLength(nodes, node, made)));
    }
    batch.run();
    this.#take(nodes, some);
  }

  /** First the digests of the values, then those of the leaves. */
  #hashLeaves(nodes: NodeArena, some: readonly number[], version?: number): void {
    const { one, inputs } = this.#batch;
    for (const node of some) {
      const value = valueOf(nodes, node);
      if (value.length <= longestInBatch) inputs.set(value, this.#batch.place(value.length));
    }
    this.#batch.run();
    let values = 0;
    const placed: number[] = [];
    for (const node of some) {
      const made = this.#versionOf(nodes, node, version);
      const value = valueOf(nodes, node);
      const inBatch = value.length <= longestInBatch;
      const digest = inBatch
        ? { digest: this.#digests, at: values++ * hashLength }
        : { digest: viewOf(one(value)), at: 0 };
      const length = leafLength(nodes, node, made);
      if (length <= longestInBatch) {
        putLeaf(nodes, node, made, digest, this.#inputs, this.#batch.place(length));
        placed.push(node);
      } else {
        const out = outOf(new Uint8Array(length));
        putLeaf(nodes, node, made, digest, out, 0);
        nodes.hashes.set(one(out.bytes), node * hashLength);
      }
    }
    this.#batch.run();
    this.#take(nodes, placed);
  }

  #take(nodes: NodeArena, some: readonly number[]): void {
    let from = 0;
    for (const node of some) {
      copyHash(nodes.hashView, node * hashLength, this.#digests, from);
      from += hashLength;
    }
  }

  #versionOf(nodes: NodeArena, node: number, given?: number): Uint8Array {
    const version = given ?? nodes.version[node] ?? 0;
    if (version !== this.#version) {
      this.#version = version;
      this.#versionBytes = varintBytes(version);
    }
    return this.#versionBytes;
  }
}

function valueOf(nodes: NodeArena, node: number): Uint8Array {
  return nodes.values[node] ?? noValue;
}

function leafLength(nodes: NodeArena, node: number, version: Uint8Array): number {
  const key = (nodes.keys[node] ?? "").length;
  return leafHead.length + version.length + uvarintLength(key) + key + 1 + hashLength;
}

function innerLength(nodes: NodeArena, node: number, version: Uint8Array): number {
  const head = varintLength(nodes.height[node] ?? 0) + varintLength(nodes.size[node] ?? 0);
  return head + version.length + 2 * (1 + hashLength);
}

function putLeaf(
  nodes: NodeArena,
  node: number,
  version: Uint8Array,
  value: { readonly digest: DataView; readonly at: number },
  { bytes, view }: Out,
  start: number,
): void {
  const key = nodes.keys[node] ?? "";
  bytes[start] = leafHead[0];
  bytes[start + 1] = leafHead[1];
  let at = putUvarint(bytes, putBytes(bytes, start + 2, version), key.length);
  for (let i = 0; i < key.length; i++) bytes[at++] = key.charCodeAt(i);
  bytes[at++] = hashLength;
  copyHash(view, at, value.digest, value.at);
}

function putInner(
  nodes: NodeArena,
  node: number,
  version: Uint8Array,
  { bytes, view }: Out,
  start: number,
): void {
  let at = putVarint(bytes, start, nodes.height[node] ?? 0);
  at = putBytes(bytes, putVarint(bytes, at, nodes.size[node] ?? 0), version);
  bytes[at] = hashLength;
  copyHash(view, at + 1, nodes.hashView, (nodes.left[node] ?? none) * hashLength);
  at += 1 + hashLength;
  bytes[at] = hashLength;
  copyHash(view, at + 1, nodes.hashView, (nodes.right[node] ?? none) * hashLength);
}

function putBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i] ?? 0;
  return at + bytes.length;
}

import { sha256 } from "../crypto/sha256.ts";
import { hashLength, none } from "./arena.ts";
import type { NodeArena } from "./arena.ts";
import { batchSize, longestInBatch } from "./batch.ts";
import type { BatchHasher } from "./batch.ts";
import { putUvarint, putVarint, uvarintLength, varintBytes, varintLength } from "./varint.ts";

/** The root of a tree without keys and of a map without stores. */
export const emptyRoot = sha256(new Uint8Array(0));

const noValue = new Uint8Array(0);
/** A leaf's height and size. */
const leafHead = [0, 2] as const;

/** Writes node hashes of WIRE.md 10 into an arena. */
export class NodeHasher {
  readonly #batch: BatchHasher;
  #version = -1;
  #versionBytes: Uint8Array = new Uint8Array(0);

  constructor(batch: BatchHasher) {
    this.#batch = batch;
  }

  /** Nodes in lists by their height, leaves first; one without a version is hashed as of `version`. */
  hashLevels(nodes: NodeArena, levels: readonly (readonly number[])[], version: number): void {
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
    const made = this.#versionOf(nodes, node, 0);
    const isLeaf = nodes.height[node] === 0;
    const length = isLeaf ? leafLength(nodes, node, made) : innerLength(nodes, node, made);
    const out = new Uint8Array(length);
    if (isLeaf) putLeaf(nodes, node, made, this.#batch.one(valueOf(nodes, node)), 0, out, 0);
    else putInner(nodes, node, made, out, 0);
    return out;
  }

  #hashInners(nodes: NodeArena, some: readonly number[], version: number): void {
    const batch = this.#batch;
    for (const node of some) {
      const made = this.#versionOf(nodes, node, version);
      putInner(nodes, node, made, batch.inputs, batch.place(innerLength(nodes, node, made)));
    }
    batch.run();
    this.#take(nodes, some);
  }

  /** First the digests of the values, then those of the leaves. */
  #hashLeaves(nodes: NodeArena, some: readonly number[], version: number): void {
    const { one, inputs, digests } = this.#batch;
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
      const digest = inBatch ? digests : one(value);
      const digestAt = inBatch ? values++ * hashLength : 0;
      const length = leafLength(nodes, node, made);
      if (length <= longestInBatch) {
        putLeaf(nodes, node, made, digest, digestAt, inputs, this.#batch.place(length));
        placed.push(node);
      } else {
        const out = new Uint8Array(length);
        putLeaf(nodes, node, made, digest, digestAt, out, 0);
        nodes.hashes.set(one(out), node * hashLength);
      }
    }
    this.#batch.run();
    this.#take(nodes, placed);
  }

  #take(nodes: NodeArena, some: readonly number[]): void {
    const { digests } = this.#batch;
    let from = 0;
    for (const node of some) {
      copyHash(nodes.hashes, node * hashLength, digests, from);
      from += hashLength;
    }
  }

  #versionOf(nodes: NodeArena, node: number, fallback: number): Uint8Array {
    const own = nodes.version[node] ?? 0;
    const version = own === 0 ? fallback : own;
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
  digest: Uint8Array,
  digestAt: number,
  out: Uint8Array,
  start: number,
): void {
  const key = nodes.keys[node] ?? "";
  out[start] = leafHead[0];
  out[start + 1] = leafHead[1];
  let at = putUvarint(out, putBytes(out, start + 2, version), key.length);
  for (let i = 0; i < key.length; i++) out[at++] = key.charCodeAt(i);
  out[at++] = hashLength;
  copyHash(out, at, digest, digestAt);
}

function putInner(
  nodes: NodeArena,
  node: number,
  version: Uint8Array,
  out: Uint8Array,
  start: number,
): void {
  let at = putVarint(out, start, nodes.height[node] ?? 0);
  at = putBytes(out, putVarint(out, at, nodes.size[node] ?? 0), version);
  out[at] = hashLength;
  copyHash(out, at + 1, nodes.hashes, (nodes.left[node] ?? none) * hashLength);
  at += 1 + hashLength;
  out[at] = hashLength;
  copyHash(out, at + 1, nodes.hashes, (nodes.right[node] ?? none) * hashLength);
}

function putBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i] ?? 0;
  return at + bytes.length;
}

// A loop: for 32 bytes, set() of a subarray costs more than it copies.
function copyHash(into: Uint8Array, at: number, from: Uint8Array, start: number): void {
  for (let i = 0; i < hashLength; i++) into[at + i] = from[start + i] ?? 0;
}

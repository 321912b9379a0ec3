import { sha256 } from "../crypto/sha256.ts";
import { hashLength, none } from "./arena.ts";
import type { NodeArena } from "./arena.ts";
import { putUvarint, putVarint, varintBytes } from "./varint.ts";

/** sha256 of one input; app injects a native one, which must give the same bytes. */
export type Hasher = (input: Uint8Array) => Uint8Array;

export const nobleHasher: Hasher = (input) => sha256(input);

/** The root of a tree without keys and of a map without stores. */
export const emptyRoot = sha256(new Uint8Array(0));

const innerLength = 3 * 10 + 2 * (1 + hashLength);
const leafOverhead = 4 * 10 + 1 + hashLength;

/** Writes node hashes of WIRE.md 10 into an arena; keeps one preimage buffer for all of them. */
export class NodeHasher {
  readonly #hash: Hasher;
  #buffer: Uint8Array = new Uint8Array(256);
  #version = -1;
  #versionBytes: Uint8Array = new Uint8Array(0);

  constructor(hash: Hasher) {
    this.#hash = hash;
  }

  /** The children's hashes must stand already. */
  hashNode(nodes: NodeArena, node: number, version: number): void {
    nodes.hashes.set(this.#hash(this.#preimage(nodes, node, version)), node * hashLength);
  }

  /** What a node's hash is taken of: it names the node's height and its count of keys first. */
  preimage(nodes: NodeArena, node: number): Uint8Array {
    return this.#preimage(nodes, node, nodes.version[node] ?? 0).slice();
  }

  #preimage(nodes: NodeArena, node: number, version: number): Uint8Array {
    const length =
      nodes.height[node] === 0
        ? this.#leaf(nodes, node, version)
        : this.#inner(nodes, node, version);
    return this.#buffer.subarray(0, length);
  }

  #leaf(nodes: NodeArena, node: number, version: number): number {
    const key = nodes.keys[node] ?? "";
    if (this.#buffer.length < key.length + leafOverhead) {
      this.#buffer = new Uint8Array(2 * key.length + leafOverhead);
    }
    const out = this.#buffer;
    out[0] = 0;
    out[1] = 2;
    let at = this.#putVersion(2, version);
    at = putUvarint(out, at, key.length);
    for (let i = 0; i < key.length; i++) out[at++] = key.charCodeAt(i);
    out[at++] = hashLength;
    out.set(this.#hash(nodes.values[node] ?? new Uint8Array(0)), at);
    return at + hashLength;
  }

  #inner(nodes: NodeArena, node: number, version: number): number {
    if (this.#buffer.length < innerLength) this.#buffer = new Uint8Array(innerLength);
    const out = this.#buffer;
    let at = putVarint(out, 0, nodes.height[node] ?? 0);
    at = putVarint(out, at, nodes.size[node] ?? 0);
    at = this.#putVersion(at, version);
    at = putChild(out, at, nodes, nodes.left[node] ?? none);
    return putChild(out, at, nodes, nodes.right[node] ?? none);
  }

  #putVersion(at: number, version: number): number {
    if (version !== this.#version) {
      this.#version = version;
      this.#versionBytes = varintBytes(version);
    }
    this.#buffer.set(this.#versionBytes, at);
    return at + this.#versionBytes.length;
  }
}

function putChild(out: Uint8Array, at: number, nodes: NodeArena, child: number): number {
  out[at] = hashLength;
  const from = child * hashLength;
  for (let i = 0; i < hashLength; i++) out[at + 1 + i] = nodes.hashes[from + i] ?? 0;
  return at + 1 + hashLength;
}

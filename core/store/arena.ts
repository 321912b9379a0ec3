import { StoreError } from "./errors.ts";
import type { StoreKey } from "./kv.ts";

/** "No node": index 0 is never given out. */
export const none = 0;
/** In `height`: a node that is in no tree any more. A tree of this height cannot be built. */
export const deadHeight = 255;
export const hashLength = 32;

const noKey = "" as StoreKey;
// Small, so that a test of a hundred keys passes several growths.
const firstCapacity = 16;

/**
 * Tree nodes as parallel arrays: 8-20 times the updates per second of objects, at half the memory
 * (PERFORMANCE.md 3.4). A leaf has height 0, its key and value; an inner node's key is the least key below its
 * right child. `version` 0 marks a node of the unsaved working tree, the only kind that may be changed in place.
 */
export class NodeArena {
  left = new Uint32Array(firstCapacity);
  right = new Uint32Array(firstCapacity);
  height = new Uint8Array(firstCapacity);
  size = new Uint32Array(firstCapacity);
  // Block heights pass 2^32 in no lifetime, but the wire allows it; a double holds them exactly below 2^53.
  version = new Float64Array(firstCapacity);
  hashes = new Uint8Array(firstCapacity * hashLength);
  /** `hashes` for reading and writing four bytes at a time. */
  hashView = viewOf(this.hashes);
  readonly keys: StoreKey[] = [noKey];
  readonly values: (Uint8Array | undefined)[] = [undefined];
  readonly #free: number[] = [];
  #used = 1;

  /** Nodes in use. */
  get count(): number {
    return this.#used - 1 - this.#free.length;
  }

  isFree(node: number): boolean {
    return this.height[node] === deadHeight;
  }

  leaf(key: StoreKey, value: Uint8Array): number {
    const node = this.#take();
    this.left[node] = none;
    this.right[node] = none;
    this.height[node] = 0;
    this.size[node] = 1;
    this.version[node] = 0;
    this.keys[node] = key;
    this.values[node] = value;
    return node;
  }

  inner(key: StoreKey, left: number, right: number): number {
    const node = this.#take();
    this.left[node] = left;
    this.right[node] = right;
    this.version[node] = 0;
    this.keys[node] = key;
    this.values[node] = undefined;
    this.recompute(node);
    return node;
  }

  /** A node of the working tree with what this one holds: its children need not be asked for height and size. */
  copy(from: number): number {
    const node = this.#take();
    this.left[node] = this.left[from] ?? none;
    this.right[node] = this.right[from] ?? none;
    this.height[node] = this.height[from] ?? 0;
    this.size[node] = this.size[from] ?? 0;
    this.version[node] = 0;
    this.keys[node] = this.keys[from] ?? noKey;
    this.values[node] = this.values[from];
    return node;
  }

  recompute(node: number): void {
    const left = this.left[node] ?? none;
    const right = this.right[node] ?? none;
    const height = Math.max(this.height[left] ?? 0, this.height[right] ?? 0) + 1;
    if (height >= deadHeight)
      throw new StoreError(`tree: expected a height below 255, got ${height}`);
    this.height[node] = height;
    this.size[node] = (this.size[left] ?? 0) + (this.size[right] ?? 0);
  }

  /** h(left) - h(right). */
  balanceOf(node: number): number {
    return (
      (this.height[this.left[node] ?? none] ?? 0) - (this.height[this.right[node] ?? none] ?? 0)
    );
  }

  hash(node: number): Uint8Array {
    return this.hashes.slice(node * hashLength, (node + 1) * hashLength);
  }

  release(node: number): void {
    this.height[node] = deadHeight;
    this.keys[node] = noKey;
    this.values[node] = undefined;
    this.#free.push(node);
  }

  #take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    if (this.#used === this.height.length) this.#grow();
    this.keys.push(noKey);
    this.values.push(undefined);
    return this.#used++;
  }

  #grow(): void {
    const capacity = this.height.length * 2;
    this.left = grown(this.left, new Uint32Array(capacity));
    this.right = grown(this.right, new Uint32Array(capacity));
    this.height = grown(this.height, new Uint8Array(capacity));
    this.size = grown(this.size, new Uint32Array(capacity));
    this.version = grown(this.version, new Float64Array(capacity));
    this.hashes = grown(this.hashes, new Uint8Array(capacity * hashLength));
    this.hashView = viewOf(this.hashes);
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** By words: a byte at a time costs as much as the hash itself, and set() of a subarray more. */
export function copyHash(into: DataView, at: number, from: DataView, start: number): void {
  for (let i = 0; i < hashLength; i += 4) into.setUint32(at + i, from.getUint32(start + i));
}

type Numbers = Uint8Array | Uint32Array | Float64Array;

function grown<T extends Numbers>(from: Numbers, into: T): T {
  into.set(from);
  return into;
}

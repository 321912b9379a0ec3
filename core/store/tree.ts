import { deadHeight, none, NodeArena } from "./arena.ts";
import { nobleHasher, PlainBatch } from "./batch.ts";
import type { BatchHasher } from "./batch.ts";
import { StoreError } from "./errors.ts";
import { emptyRoot, NodeHasher } from "./hashing.ts";
import type { StoreKey } from "./kv.ts";
import { findLeaf, leafPath, leavesOf, postOrder } from "./treeRead.ts";
import type { LeafPath } from "./treeRead.ts";
import { WorkingTree } from "./workingTree.ts";

const maxKeyBytes = 131_071;

/** A saved root. Versions that changed nothing have no entry: they are the entry before them. */
type Saved = {
  readonly version: number;
  readonly root: number;
  readonly orphans: readonly number[];
};

/** A node as a snapshot stores it: leaves with key and value, inner nodes with their version only. */
export type ExportedNode = {
  readonly version: number;
  readonly leaf: { readonly key: StoreKey; readonly value: Uint8Array } | undefined;
};

export type Entry = readonly [StoreKey, Uint8Array];

/** The keys just below and just above an absent key, as far as there are any. */
export type Neighbours = {
  readonly left: LeafPath | undefined;
  readonly right: LeafPath | undefined;
};

/**
 * An IAVL v1 tree in memory: one working tip and the kept versions below it, which share nodes. A version can
 * be read, proved and exported until prune() passes it.
 */
export class Tree {
  readonly nodes = new NodeArena();
  readonly #hasher: NodeHasher;
  readonly #working: WorkingTree;
  readonly #saved: Saved[] = [];
  #oldest = 0;
  #latest = 0;
  #hashedAs = 0;

  /** Trees may share a hasher. */
  constructor(hasher: BatchHasher = new PlainBatch(nobleHasher)) {
    this.#hasher = new NodeHasher(hasher);
    this.#working = new WorkingTree(this.nodes);
  }

  /** Last saved version, 0n before the first save. */
  get latest(): bigint {
    return BigInt(this.#latest);
  }

  get oldest(): bigint {
    return BigInt(this.#oldest);
  }

  /** Keys in the last saved version. */
  get size(): number {
    return this.nodes.size[this.#saved.at(-1)?.root ?? none] ?? 0;
  }

  get height(): number {
    return this.nodes.height[this.#saved.at(-1)?.root ?? none] ?? 0;
  }

  /** True when the key was in the working tree before. */
  set(key: StoreKey, value: Uint8Array): boolean {
    if (key.length === 0 || key.length > maxKeyBytes) {
      throw new StoreError(`tree key: expected 1..${maxKeyBytes} bytes, got ${key.length}`);
    }
    this.#hashedAs = 0;
    return this.#working.set(key, value);
  }

  remove(key: StoreKey): boolean {
    this.#hashedAs = 0;
    return this.#working.remove(key);
  }

  /** The root that saving the working tree as `version` would give. */
  workingRoot(version: bigint): Uint8Array {
    const number = this.#requireNext(version);
    if (this.#hashedAs !== number) this.#hashFresh(number);
    return this.#hashOf(this.#working.root);
  }

  saveVersion(version: bigint): Uint8Array {
    const root = this.workingRoot(version);
    const number = Number(version);
    const { fresh, orphans } = this.#working;
    if (this.#latest === 0) this.#oldest = number;
    if (this.#working.root !== this.#lastRoot() || this.#saved.length === 0) {
      this.#saved.push({ version: number, root: this.#working.root, orphans: orphans.slice() });
    }
    for (const node of fresh) {
      if (this.nodes.isFree(node)) this.nodes.release(node);
      else this.nodes.version[node] = number;
    }
    fresh.length = 0;
    orphans.length = 0;
    this.#latest = number;
    this.#hashedAs = 0;
    return root;
  }

  /** Back to the last saved version. */
  discard(): void {
    for (const node of this.#working.fresh) this.nodes.release(node);
    this.#working.fresh.length = 0;
    this.#working.orphans.length = 0;
    this.#working.root = this.#lastRoot();
    this.#hashedAs = 0;
  }

  /** Root hash of a kept version, by default the last. */
  root(version: bigint = this.latest): Uint8Array {
    return this.#hashOf(this.rootNode(version));
  }

  /** What root() is the hash of; empty for a tree without keys. */
  rootPreimage(version: bigint): Uint8Array {
    const node = this.rootNode(version);
    return node === none ? new Uint8Array(0) : this.#hasher.preimage(this.nodes, node);
  }

  get(key: StoreKey, version: bigint = this.latest): Uint8Array | undefined {
    return this.nodes.values[findLeaf(this.nodes, this.rootNode(version), key)];
  }

  /** Entries with start <= key < end of a kept version; throws in mid-way when that version is pruned. */
  range(
    start: StoreKey,
    end: StoreKey | undefined,
    reverse = false,
    version: bigint = this.latest,
  ): Generator<Entry, undefined> {
    const root = this.rootNode(version);
    const range = { start, end, reverse };
    return entriesOf(this.nodes, leavesOf(this.nodes, root, range, this.#aliveCheck(version)));
  }

  path(key: StoreKey, version: bigint = this.latest): LeafPath | undefined {
    return leafPath(this.nodes, this.rootNode(version), key);
  }

  neighbours(key: StoreKey, version: bigint = this.latest): Neighbours {
    const below = this.range("" as StoreKey, key, true, version).next().value;
    const above = this.range(key, undefined, false, version).next().value;
    return {
      left: below === undefined ? undefined : this.path(below[0], version),
      right: above === undefined ? undefined : this.path(above[0], version),
    };
  }

  /** Forgets the versions below `below` and frees what only they used; the last version always stays. */
  prune(below: bigint): void {
    const limit = Math.min(Number(below), this.#latest);
    if (limit <= this.#oldest) return;
    let entries = 0;
    for (let next = this.#saved[1]; next !== undefined; next = this.#saved[entries + 1]) {
      if (next.version > limit) break;
      for (const node of next.orphans) this.nodes.release(node);
      entries++;
    }
    this.#saved.splice(0, entries);
    this.#oldest = limit;
  }

  /** Every node of a kept version in the order that restore() takes. */
  export(version: bigint): Generator<ExportedNode, undefined> {
    const root = this.rootNode(version);
    return exportedOf(this.nodes, postOrder(this.nodes, root, this.#aliveCheck(version)));
  }

  /** Fills a new tree with an exported version; the caller compares the root. */
  restore(version: bigint, exported: Iterable<ExportedNode>): Uint8Array {
    if (this.#latest !== 0)
      throw new StoreError(`restore: expected a new tree, got ${this.#latest}`);
    const number = this.#requireNext(version);
    // The least key below each node: what a parent takes from its right child.
    const stack: { readonly node: number; readonly least: StoreKey }[] = [];
    const all: number[] = [];
    for (const { version: made, leaf } of exported) {
      if (made < 1 || made > number) {
        throw new StoreError(`restore: expected a node version 1..${number}, got ${made}`);
      }
      if (leaf !== undefined) {
        stack.push({ node: this.nodes.leaf(leaf.key, leaf.value), least: leaf.key });
      } else {
        const right = stack.pop();
        const left = stack.pop();
        if (left === undefined || right === undefined) {
          throw new StoreError("restore: expected two children before an inner node, got fewer");
        }
        const node = this.nodes.inner(right.least, left.node, right.node);
        stack.push({ node, least: left.least });
      }
      const top = stack.at(-1)?.node ?? none;
      this.nodes.version[top] = made;
      all.push(top);
    }
    if (stack.length > 1) {
      throw new StoreError(`restore: expected one root, got ${stack.length}`);
    }
    this.#hasher.hashLevels(this.nodes, byHeight(this.nodes, all));
    this.#working.root = stack.at(0)?.node ?? none;
    return this.saveVersion(version);
  }

  #hashFresh(version: number): void {
    this.#hasher.hashLevels(this.nodes, byHeight(this.nodes, this.#working.fresh), version);
    this.#hashedAs = version;
  }

  #hashOf(root: number): Uint8Array {
    return root === none ? emptyRoot.slice() : this.nodes.hash(root);
  }

  #lastRoot(): number {
    return this.#saved.at(-1)?.root ?? none;
  }

  #requireNext(version: bigint): number {
    const number = Number(version);
    if (number <= this.#latest || !Number.isSafeInteger(number)) {
      throw new StoreError(`version: expected above ${this.#latest}, got ${version}`);
    }
    return number;
  }

  #requireKept(version: number): void {
    if (version < this.#oldest || version > this.#latest) {
      throw new StoreError(
        `version: expected ${this.#oldest}..${this.#latest} (kept), got ${version}`,
      );
    }
  }

  #aliveCheck(version: bigint): () => void {
    const number = Number(version);
    return () => {
      this.#requireKept(number);
    };
  }

  /** Where a kept version starts in `nodes`. */
  rootNode(version: bigint): number {
    const number = Number(version);
    this.#requireKept(number);
    let low = 0;
    let high = this.#saved.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#saved[middle]?.version ?? number) <= number) low = middle + 1;
      else high = middle;
    }
    return this.#saved[low - 1]?.root ?? none;
  }
}

function byHeight(nodes: NodeArena, some: readonly number[]): number[][] {
  const levels: number[][] = [];
  for (const node of some) {
    const level = nodes.height[node] ?? deadHeight;
    if (level === deadHeight) continue;
    while (levels.length <= level) levels.push([]);
    levels[level]?.push(node);
  }
  return levels;
}

function* entriesOf(nodes: NodeArena, leaves: Iterable<number>): Generator<Entry, undefined> {
  for (const leaf of leaves) {
    const value = nodes.values[leaf];
    const key = nodes.keys[leaf];
    if (value !== undefined && key !== undefined) yield [key, value];
  }
  return undefined;
}

function* exportedOf(
  nodes: NodeArena,
  order: Iterable<number>,
): Generator<ExportedNode, undefined> {
  for (const node of order) {
    const key = nodes.keys[node];
    const value = nodes.values[node];
    const version = nodes.version[node] ?? 0;
    const isLeaf = value !== undefined && key !== undefined;
    yield { version, leaf: isLeaf ? { key, value } : undefined };
  }
  return undefined;
}

import { deadHeight, none } from "./arena.ts";
import type { NodeArena } from "./arena.ts";
import type { StoreKey } from "./kv.ts";

// AVL with sizes below 2^32 stays below height 47; arena.recompute refuses what could pass this.
const maxDepth = 256;

/**
 * The writable tip of a tree. Nodes of saved versions are never touched: the first change of a block copies
 * the path to the root, later ones change the copies in place. Rules of shape: cosmos/iavl v1, WIRE.md 10.
 */
export class WorkingTree {
  root = none;
  /** Nodes made since the last save, dead ones included. */
  readonly fresh: number[] = [];
  /** Saved nodes that the next version does not use any more. */
  readonly orphans: number[] = [];
  readonly #nodes: NodeArena;
  readonly #path = new Uint32Array(maxDepth);
  readonly #wentLeft = new Uint8Array(maxDepth);

  constructor(nodes: NodeArena) {
    this.#nodes = nodes;
  }

  /** True when the key was there before. */
  set(key: StoreKey, value: Uint8Array): boolean {
    const nodes = this.#nodes;
    if (this.root === none) {
      this.root = this.#newLeaf(key, value);
      return false;
    }
    const depth = this.#descend(key);
    const leaf = this.#path[depth] ?? none;
    const leafKey = nodes.keys[leaf] ?? key;
    if (leafKey === key) {
      this.#replaceLeaf(depth, leaf, key, value);
      return true;
    }
    const added = this.#newLeaf(key, value);
    const inner = key < leafKey ? nodes.inner(leafKey, added, leaf) : nodes.inner(key, leaf, added);
    this.fresh.push(inner);
    this.#climb(depth - 1, inner, undefined);
    return false;
  }

  /** False, and nothing copied, when the key is absent. */
  remove(key: StoreKey): boolean {
    const nodes = this.#nodes;
    if (this.root === none) return false;
    const depth = this.#descend(key);
    const leaf = this.#path[depth] ?? none;
    if (nodes.keys[leaf] !== key) return false;
    this.#drop(leaf);
    if (depth === 0) {
      this.root = none;
      return true;
    }
    const parent = this.#path[depth - 1] ?? none;
    const wasLeft = this.#wentLeft[depth - 1] === 1;
    const rest = (wasLeft ? nodes.right[parent] : nodes.left[parent]) ?? none;
    const leastKey = wasLeft ? nodes.keys[parent] : undefined;
    this.#drop(parent);
    this.#climb(depth - 2, rest, leastKey);
    return true;
  }

  /** Fills the path from the root to the leaf where key is or would be; returns the leaf's place in it. */
  #descend(key: StoreKey): number {
    const nodes = this.#nodes;
    let node = this.root;
    let depth = 0;
    for (; nodes.height[node] !== 0; depth++) {
      const left = key < (nodes.keys[node] ?? "");
      this.#path[depth] = node;
      this.#wentLeft[depth] = left ? 1 : 0;
      node = (left ? nodes.left[node] : nodes.right[node]) ?? none;
    }
    this.#path[depth] = node;
    return depth;
  }

  #newLeaf(key: StoreKey, value: Uint8Array): number {
    const leaf = this.#nodes.leaf(key, value);
    this.fresh.push(leaf);
    return leaf;
  }

  // An update changes no size and no height, so nothing above is balanced anew.
  #replaceLeaf(depth: number, leaf: number, key: StoreKey, value: Uint8Array): void {
    const nodes = this.#nodes;
    if (nodes.version[leaf] === 0) {
      nodes.values[leaf] = value;
      return;
    }
    this.#drop(leaf);
    let child = this.#newLeaf(key, value);
    for (let i = depth - 1; i >= 0; i--) {
      const node = this.#own(this.#path[i] ?? none);
      this.#link(node, i, child);
      child = node;
    }
    this.root = child;
  }

  /** Links child below path[from], then recomputes and balances up to the root. */
  #climb(from: number, child: number, leastKey: StoreKey | undefined): void {
    const nodes = this.#nodes;
    let below = child;
    let pendingKey = leastKey;
    for (let i = from; i >= 0; i--) {
      const node = this.#own(this.#path[i] ?? none);
      this.#link(node, i, below);
      if (pendingKey !== undefined && this.#wentLeft[i] === 0) {
        nodes.keys[node] = pendingKey;
        pendingKey = undefined;
      }
      nodes.recompute(node);
      below = this.#balance(node);
    }
    this.root = below;
  }

  #link(node: number, depth: number, child: number): void {
    if (this.#wentLeft[depth] === 1) this.#nodes.left[node] = child;
    else this.#nodes.right[node] = child;
  }

  /** The node itself when it may be changed, else a copy that may. */
  #own(node: number): number {
    const nodes = this.#nodes;
    if (nodes.version[node] === 0) return node;
    const copy = nodes.copy(node);
    this.fresh.push(copy);
    this.orphans.push(node);
    return copy;
  }

  #drop(node: number): void {
    if (this.#nodes.version[node] === 0) this.#nodes.height[node] = deadHeight;
    else this.orphans.push(node);
  }

  #balance(node: number): number {
    const nodes = this.#nodes;
    const balance = nodes.balanceOf(node);
    if (balance > 1) {
      const left = nodes.left[node] ?? none;
      if (nodes.balanceOf(left) < 0) {
        // A statement of its own: making a node may replace the arrays, after `nodes.left` was looked up.
        const turned = this.#rotateLeft(this.#own(left));
        nodes.left[node] = turned;
      }
      return this.#rotateRight(node);
    }
    if (balance < -1) {
      const right = nodes.right[node] ?? none;
      if (nodes.balanceOf(right) > 0) {
        const turned = this.#rotateRight(this.#own(right));
        nodes.right[node] = turned;
      }
      return this.#rotateLeft(node);
    }
    return node;
  }

  #rotateRight(node: number): number {
    const nodes = this.#nodes;
    const top = this.#own(nodes.left[node] ?? none);
    nodes.left[node] = nodes.right[top] ?? none;
    nodes.right[top] = node;
    nodes.recompute(node);
    nodes.recompute(top);
    return top;
  }

  #rotateLeft(node: number): number {
    const nodes = this.#nodes;
    const top = this.#own(nodes.right[node] ?? none);
    nodes.right[node] = nodes.left[top] ?? none;
    nodes.left[top] = node;
    nodes.recompute(node);
    nodes.recompute(top);
    return top;
  }
}

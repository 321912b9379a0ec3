import { none } from "./arena.ts";
import type { NodeArena } from "./arena.ts";
import type { StoreKey } from "./kv.ts";

/** Node of the leaf that holds key below root, or none. */
export function findLeaf(nodes: NodeArena, root: number, key: StoreKey): number {
  let node = root;
  while (node !== none && nodes.height[node] !== 0) {
    node = (key < (nodes.keys[node] ?? "") ? nodes.left[node] : nodes.right[node]) ?? none;
  }
  return node !== none && nodes.keys[node] === key ? node : none;
}

export type Range = {
  readonly start: StoreKey;
  readonly end: StoreKey | undefined;
  readonly reverse: boolean;
};

/** Leaves with start <= key < end below root. `alive` is asked before each step: false ends in a throw there. */
export function* leavesOf(
  nodes: NodeArena,
  root: number,
  range: Range,
  alive: () => void,
): Generator<number, undefined> {
  const stack: number[] = root === none ? [] : [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    alive();
    const key = nodes.keys[node] ?? "";
    if (nodes.height[node] === 0) {
      if (key >= range.start && (range.end === undefined || key < range.end)) yield node;
      continue;
    }
    const left = range.start < key ? nodes.left[node] : undefined;
    const right = range.end === undefined || key < range.end ? nodes.right[node] : undefined;
    const [first, second] = range.reverse ? [right, left] : [left, right];
    if (second !== undefined) stack.push(second);
    if (first !== undefined) stack.push(first);
  }
  return undefined;
}

/** All nodes below root, children before their parent, left before right: the order that rebuilds the shape. */
export function* postOrder(
  nodes: NodeArena,
  root: number,
  alive: () => void,
): Generator<number, undefined> {
  const stack: number[] = [];
  const done: boolean[] = [];
  if (root !== none) {
    stack.push(root);
    done.push(false);
  }
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    alive();
    if (done.pop() === true || nodes.height[node] === 0) {
      yield node;
      continue;
    }
    stack.push(node, nodes.right[node] ?? none, nodes.left[node] ?? none);
    done.push(true, false, false);
  }
  return undefined;
}

/** One inner node on the way from a leaf to the root, with what its proof step needs. */
export type PathStep = {
  readonly height: number;
  readonly size: number;
  readonly version: number;
  readonly sibling: Uint8Array;
  readonly childIsLeft: boolean;
};

/** A leaf and the steps from it up to the root. */
export type LeafPath = {
  readonly key: StoreKey;
  readonly value: Uint8Array;
  readonly version: number;
  readonly steps: readonly PathStep[];
};

/** The path of an existing key; undefined when it is absent. */
export function leafPath(nodes: NodeArena, root: number, key: StoreKey): LeafPath | undefined {
  const steps: PathStep[] = [];
  let node = root;
  while (node !== none && nodes.height[node] !== 0) {
    const childIsLeft = key < (nodes.keys[node] ?? "");
    const left = nodes.left[node] ?? none;
    const right = nodes.right[node] ?? none;
    steps.push({
      height: nodes.height[node] ?? 0,
      size: nodes.size[node] ?? 0,
      version: nodes.version[node] ?? 0,
      sibling: nodes.hash(childIsLeft ? right : left),
      childIsLeft,
    });
    node = childIsLeft ? left : right;
  }
  const value = nodes.values[node];
  if (node === none || nodes.keys[node] !== key || value === undefined) return undefined;
  return { key, value, version: nodes.version[node] ?? 0, steps: steps.reverse() };
}

import { equalBytes } from "../bytes.ts";
import type { ExistenceProof, InnerOp, LeafOp } from "./ics23.ts";
import { readVarint } from "./varint.ts";

export type InnerSpec = {
  readonly childOrder: readonly number[];
  readonly childSize: number;
  readonly minPrefix: number;
  readonly maxPrefix: number;
  readonly emptyChild: Uint8Array;
  readonly hash: number;
};

/** What a tree's proofs must look like; `rules` names the extra checks of its kind of tree. */
export type ProofSpec = {
  readonly leaf: LeafOp;
  readonly inner: InnerSpec;
  readonly minDepth: number;
  /** 0 stands for 128. */
  readonly maxDepth: number;
  readonly rules: "iavl" | "tendermint" | "none";
};

const leaf: LeafOp = {
  hash: 1,
  prehashKey: 0,
  prehashValue: 1,
  length: 1,
  prefix: Uint8Array.of(0),
};
const noBytes = new Uint8Array(0);
const defaultMaxDepth = 128;

export const iavlSpec: ProofSpec = {
  leaf,
  inner: {
    childOrder: [0, 1],
    childSize: 33,
    minPrefix: 4,
    maxPrefix: 12,
    emptyChild: noBytes,
    hash: 1,
  },
  minDepth: 0,
  maxDepth: 0,
  rules: "iavl",
};

export const tendermintSpec: ProofSpec = {
  leaf,
  inner: {
    childOrder: [0, 1],
    childSize: 32,
    minPrefix: 1,
    maxPrefix: 1,
    emptyChild: noBytes,
    hash: 1,
  },
  minDepth: 0,
  maxDepth: 0,
  rules: "tendermint",
};

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && equalBytes(bytes.subarray(0, prefix.length), prefix);
}

/** Height, size and version of an IAVL node at the head of a prefix, and how many bytes follow. */
function iavlHead(prefix: Uint8Array): { height: bigint; size: bigint; rest: number } | undefined {
  const height = readVarint(prefix, 0);
  const size = height === undefined ? undefined : readVarint(prefix, height.next);
  const version = size === undefined ? undefined : readVarint(prefix, size.next);
  if (height === undefined || size === undefined || version === undefined) return undefined;
  if (height.value < 0n || size.value < 0n || version.value < 0n) return undefined;
  return { height: height.value, size: size.value, rest: prefix.length - version.next };
}

// A leaf prefix that may be longer than the tree's own lets bytes of the key move into it (Dragonberry).
function leafPrefixFits(op: LeafOp, spec: ProofSpec): boolean {
  if (!startsWith(op.prefix, spec.leaf.prefix)) return false;
  if (spec.rules === "tendermint") return op.prefix.length === spec.leaf.prefix.length;
  if (spec.rules === "none") return true;
  const head = iavlHead(op.prefix);
  return head !== undefined && head.height === 0n && head.size === 1n && head.rest === 0;
}

export function leafFits(op: LeafOp, spec: ProofSpec): boolean {
  return (
    op.hash === spec.leaf.hash &&
    op.prehashKey === spec.leaf.prehashKey &&
    op.prehashValue === spec.leaf.prehashValue &&
    op.length === spec.leaf.length &&
    leafPrefixFits(op, spec)
  );
}

/** `layer` counts from the leaf: 1 is the first step above it. */
export function innerFits(op: InnerOp, spec: ProofSpec, layer: number): boolean {
  const { inner } = spec;
  const siblings = (inner.childOrder.length - 1) * inner.childSize;
  if (op.hash !== inner.hash || startsWith(op.prefix, spec.leaf.prefix)) return false;
  if (op.prefix.length < inner.minPrefix || op.prefix.length > inner.maxPrefix + siblings) {
    return false;
  }
  // Otherwise bytes of a child could be read as bytes of a prefix.
  if (inner.childSize < 1 || inner.maxPrefix >= inner.minPrefix + inner.childSize) return false;
  if (!isMultiple(op.suffix.length, inner.childSize)) return false;
  if (spec.rules === "none") return true;
  return spec.rules === "iavl" ? iavlInnerFits(op, layer) : tendermintInnerFits(op);
}

function isMultiple(length: number, of: number): boolean {
  let rest = length;
  while (rest >= of) rest -= of;
  return rest === 0;
}

function iavlInnerFits(op: InnerOp, layer: number): boolean {
  const head = iavlHead(op.prefix);
  return (
    head !== undefined && head.height >= BigInt(layer) && (head.rest === 1 || head.rest === 34)
  );
}

function tendermintInnerFits(op: InnerOp): boolean {
  if (op.prefix[0] !== 1) return false;
  return op.suffix.length === 0 || op.prefix.length === 1;
}

/** Whether every operation is one that the tree of this spec makes; says nothing about the root. */
export function proofFits(proof: ExistenceProof, spec: ProofSpec): boolean {
  if (proof.leaf === undefined || !leafFits(proof.leaf, spec)) return false;
  const maxDepth = spec.maxDepth === 0 ? defaultMaxDepth : spec.maxDepth;
  if (proof.path.length < spec.minDepth || proof.path.length > maxDepth) return false;
  return proof.path.every((op, i) => innerFits(op, spec, i + 1));
}

type Padding = { readonly min: number; readonly max: number; readonly suffix: number };

/** How long prefix and suffix are when the child stands at `branch`. */
function paddingOf(spec: InnerSpec, branch: number): Padding {
  const index = spec.childOrder.indexOf(branch);
  const before = index * spec.childSize;
  return {
    min: before + spec.minPrefix,
    max: before + spec.maxPrefix,
    suffix: (spec.childOrder.length - 1 - index) * spec.childSize,
  };
}

function hasPadding(op: InnerOp, { min, max, suffix }: Padding): boolean {
  return op.prefix.length >= min && op.prefix.length <= max && op.suffix.length === suffix;
}

function branchOf(spec: InnerSpec, op: InnerOp): number | undefined {
  const branch = spec.childOrder.findIndex((_, at) => hasPadding(op, paddingOf(spec, at)));
  return branch < 0 ? undefined : branch;
}

function isEmptyChild(spec: InnerSpec, bytes: Uint8Array, from: number): boolean {
  const child = bytes.subarray(from, from + spec.childSize);
  return spec.emptyChild.length !== 0 && equalBytes(child, spec.emptyChild);
}

export function leftBranchesAreEmpty(spec: InnerSpec, op: InnerOp): boolean {
  const branch = branchOf(spec, op);
  if (branch === undefined || branch === 0) return false;
  const from = op.prefix.length - branch * spec.childSize;
  if (from < 0) return false;
  return spec.childOrder
    .slice(0, branch)
    .every((_, i) => isEmptyChild(spec, op.prefix, from + i * spec.childSize));
}

export function rightBranchesAreEmpty(spec: InnerSpec, op: InnerOp): boolean {
  const branch = branchOf(spec, op);
  const right = branch === undefined ? 0 : spec.childOrder.length - 1 - branch;
  if (right === 0 || op.suffix.length !== right * spec.childSize) return false;
  return spec.childOrder
    .slice(0, right)
    .every((_, i) => isEmptyChild(spec, op.suffix, i * spec.childSize));
}

export function isLeftMost(spec: InnerSpec, path: readonly InnerOp[]): boolean {
  const padding = paddingOf(spec, 0);
  return path.every((op) => hasPadding(op, padding) || leftBranchesAreEmpty(spec, op));
}

export function isRightMost(spec: InnerSpec, path: readonly InnerOp[]): boolean {
  const padding = paddingOf(spec, spec.childOrder.length - 1);
  return path.every((op) => hasPadding(op, padding) || rightBranchesAreEmpty(spec, op));
}

function sameStep(a: InnerOp, b: InnerOp): boolean {
  return equalBytes(a.prefix, b.prefix) && equalBytes(a.suffix, b.suffix);
}

/** Whether no leaf stands between the two: they part at one node and follow its inner edges below. */
export function isLeftNeighbour(
  spec: InnerSpec,
  left: readonly InnerOp[],
  right: readonly InnerOp[],
): boolean {
  for (let up = 1; ; up++) {
    const a = left.at(-up);
    const b = right.at(-up);
    if (a === undefined || b === undefined) return false;
    if (sameStep(a, b)) continue;
    const leftBranch = branchOf(spec, a);
    const rightBranch = branchOf(spec, b);
    if (leftBranch === undefined || rightBranch !== leftBranch + 1) return false;
    return isRightMost(spec, left.slice(0, -up)) && isLeftMost(spec, right.slice(0, -up));
  }
}

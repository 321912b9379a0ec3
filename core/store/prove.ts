import { bytesFromKey, concatBytes, utf8Encode } from "../bytes.ts";
import { encodeCommitmentProof } from "./ics23.ts";
import type { CommitmentProof, ExistenceProof, InnerOp, LeafOp } from "./ics23.ts";
import { hashOp, lengthOp } from "./ics23Ops.ts";
import type { StoreKey } from "./kv.ts";
import { merklePath } from "./merkle.ts";
import type { NamedRoot } from "./merkle.ts";
import { iavlOpType, simpleOpType } from "./proofs.ts";
import type { ProofOp } from "./proofs.ts";
import type { Tree } from "./tree.ts";
import type { LeafPath, PathStep } from "./treeRead.ts";
import { varintBytes } from "./varint.ts";

/** What /store/<name>/key answers; no ops when the store is empty, because nothing can be proved then. */
export type StoreProof = {
  readonly value: Uint8Array | undefined;
  readonly proofOps: readonly ProofOp[] | undefined;
};

const noBytes = new Uint8Array(0);
const hashPrefix = Uint8Array.of(32);

function leafOp(prefix: Uint8Array): LeafOp {
  return {
    hash: hashOp.sha256,
    prehashKey: hashOp.none,
    prehashValue: hashOp.sha256,
    length: lengthOp.varProto,
    prefix,
  };
}

function iavlStep(step: PathStep): InnerOp {
  const head = concatBytes(
    varintBytes(step.height),
    varintBytes(step.size),
    varintBytes(step.version),
    hashPrefix,
  );
  return step.childIsLeft
    ? { hash: hashOp.sha256, prefix: head, suffix: concatBytes(hashPrefix, step.sibling) }
    : { hash: hashOp.sha256, prefix: concatBytes(head, step.sibling, hashPrefix), suffix: noBytes };
}

function iavlExistence(path: LeafPath): ExistenceProof {
  const prefix = concatBytes(varintBytes(0), varintBytes(1), varintBytes(path.version));
  return {
    key: bytesFromKey(path.key),
    value: path.value,
    leaf: leafOp(prefix),
    path: path.steps.map(iavlStep),
  };
}

/** Existence or absence of a key in a kept version of a tree; undefined for an empty tree. */
export function proveInTree(
  tree: Tree,
  key: StoreKey,
  version: bigint,
): CommitmentProof | undefined {
  const path = tree.path(key, version);
  if (path !== undefined) return { kind: "exist", proof: iavlExistence(path) };
  const { left, right } = tree.neighbours(key, version);
  if (left === undefined && right === undefined) return undefined;
  return {
    kind: "nonexist",
    proof: {
      key: bytesFromKey(key),
      left: left === undefined ? undefined : iavlExistence(left),
      right: right === undefined ? undefined : iavlExistence(right),
    },
  };
}

/** A store's root below the app hash; undefined when the name is not among the roots. */
export function proveStore(
  roots: readonly NamedRoot[],
  store: string,
): CommitmentProof | undefined {
  const index = roots.findIndex(([name]) => name === store);
  const found = roots[index];
  if (found === undefined) return undefined;
  const path = merklePath(roots, index).map(({ sibling, siblingIsLeft }): InnerOp => {
    const prefix = Uint8Array.of(1);
    return siblingIsLeft
      ? { hash: hashOp.sha256, prefix: concatBytes(prefix, sibling), suffix: noBytes }
      : { hash: hashOp.sha256, prefix, suffix: sibling };
  });
  const leaf = leafOp(Uint8Array.of(0));
  return { kind: "exist", proof: { key: utf8Encode(store), value: found[1], leaf, path } };
}

/** Both ops of WIRE.md 11 for a key of a kept version. */
export function proveInStore(
  tree: Tree,
  roots: readonly NamedRoot[],
  store: string,
  key: StoreKey,
  version: bigint,
): StoreProof {
  const value = tree.get(key, version);
  const inTree = proveInTree(tree, key, version);
  const inRoots = proveStore(roots, store);
  if (inTree === undefined || inRoots === undefined) return { value, proofOps: undefined };
  const proofOps: ProofOp[] = [
    { type: iavlOpType, key: bytesFromKey(key), data: encodeCommitmentProof(inTree) },
    { type: simpleOpType, key: utf8Encode(store), data: encodeCommitmentProof(inRoots) },
  ];
  return { value, proofOps };
}

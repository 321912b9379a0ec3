import { compareBytes, equalBytes, utf8Encode } from "../bytes.ts";
import { decodeCommitmentProof } from "./ics23.ts";
import type { ExistenceProof, NonExistenceProof } from "./ics23.ts";
import { existenceRoot } from "./ics23Ops.ts";
import {
  iavlSpec,
  isLeftMost,
  isLeftNeighbour,
  isRightMost,
  proofFits,
  tendermintSpec,
} from "./ics23Specs.ts";
import type { ProofSpec } from "./ics23Specs.ts";

/** One step of a query's proof_ops (WIRE.md 11); data is a CommitmentProof. */
export type ProofOp = {
  readonly type: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
};

export const iavlOpType = "ics23:iavl";
export const simpleOpType = "ics23:simple";

/** Whether the proof binds exactly this value to this key below this root. */
export function verifyExistence(
  proof: ExistenceProof,
  spec: ProofSpec,
  root: Uint8Array,
  key: Uint8Array,
  value: Uint8Array,
): boolean {
  if (!equalBytes(proof.key, key) || !equalBytes(proof.value, value)) return false;
  if (!proofFits(proof, spec)) return false;
  const reached = existenceRoot(proof);
  return reached !== undefined && equalBytes(reached, root);
}

/** Whether the proof shows two neighbours below this root, or an edge of it, with the key between them. */
export function verifyNonExistence(
  proof: NonExistenceProof,
  spec: ProofSpec,
  root: Uint8Array,
  key: Uint8Array,
): boolean {
  const { left, right } = proof;
  if (key.length === 0 || !equalBytes(proof.key, key)) return false;
  for (const side of [left, right]) {
    if (side !== undefined && !verifyExistence(side, spec, root, side.key, side.value))
      return false;
  }
  if (left !== undefined && compareBytes(left.key, key) >= 0) return false;
  if (right !== undefined && compareBytes(key, right.key) >= 0) return false;
  if (left === undefined) return right !== undefined && isLeftMost(spec.inner, right.path);
  if (right === undefined) return isRightMost(spec.inner, left.path);
  return isLeftNeighbour(spec.inner, left.path, right.path);
}

/** The store's root that the second op proves below the app hash, when both ops are for this store and key. */
function provenStoreRoot(
  ops: readonly ProofOp[],
  appHash: Uint8Array,
  store: string,
  key: Uint8Array,
): Uint8Array | undefined {
  const [iavl, simple] = ops;
  const name = utf8Encode(store);
  if (ops.length !== 2 || iavl?.type !== iavlOpType || simple?.type !== simpleOpType)
    return undefined;
  if (!equalBytes(iavl.key, key) || !equalBytes(simple.key, name)) return undefined;
  const decoded = decodeCommitmentProof(simple.data);
  if (decoded?.kind !== "exist") return undefined;
  const root = decoded.proof.value;
  return verifyExistence(decoded.proof, tendermintSpec, appHash, name, root) ? root : undefined;
}

/** Proves value at key in the state whose app hash stands in the header of the NEXT height. */
export function verifyMembership(
  ops: readonly ProofOp[],
  appHash: Uint8Array,
  store: string,
  key: Uint8Array,
  value: Uint8Array,
): boolean {
  const root = provenStoreRoot(ops, appHash, store, key);
  const decoded = decodeCommitmentProof(ops[0]?.data ?? new Uint8Array(0));
  if (root === undefined || decoded?.kind !== "exist") return false;
  return verifyExistence(decoded.proof, iavlSpec, root, key, value);
}

/** Proves that the key is absent in that state. */
export function verifyNonMembership(
  ops: readonly ProofOp[],
  appHash: Uint8Array,
  store: string,
  key: Uint8Array,
): boolean {
  const root = provenStoreRoot(ops, appHash, store, key);
  const decoded = decodeCommitmentProof(ops[0]?.data ?? new Uint8Array(0));
  if (root === undefined || decoded?.kind !== "nonexist") return false;
  return verifyNonExistence(decoded.proof, iavlSpec, root, key);
}

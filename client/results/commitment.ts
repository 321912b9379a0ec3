import { hmacSha256, taggedHash } from "../../core/crypto/hash.ts";
import type { Role } from "../../proto/gen/assay/registry/v1/registry.ts";

/** One seat's post: who answers what in which attempt. */
export type SeatPost = {
  readonly chainId: string;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly role: Role;
  /** Owner address of the node. */
  readonly node: string;
};

/** What an UNAVAILABLE commits to, for both hashes. */
export const unavailableHash = new Uint8Array(32);

/**
 * The salt of a post: a function of the operator's secret and the post, so that a lost journal loses nothing
 * (PROTOCOL 9). The secret must be uniform and never leave the machine.
 */
export function postSalt(
  secret: Uint8Array,
  { chainId, taskId, attempt, role, node }: SeatPost,
): Uint8Array {
  return hmacSha256(
    secret,
    taggedHash("salt", chainId, taskId, BigInt(attempt), BigInt(role), node),
  );
}

/** H("result", chain_id, task, attempt, role, node, result_hash, output_sha256, salt) of PROTOCOL 9. */
export function resultCommitment(
  { chainId, taskId, attempt, role, node }: SeatPost,
  resultHash: Uint8Array,
  outputSha256: Uint8Array,
  salt: Uint8Array,
): Uint8Array {
  return taggedHash(
    "result",
    chainId,
    taskId,
    BigInt(attempt),
    BigInt(role),
    node,
    resultHash,
    outputSha256,
    salt,
  );
}

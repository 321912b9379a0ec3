import type { Hash } from "../../core/brand.ts";
import { equalBytes } from "../../core/bytes.ts";
import { taggedHash } from "../../core/crypto/hash.ts";

export type Opening = {
  readonly chainId: string;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly role: number;
  readonly node: string;
  readonly resultHash: Uint8Array;
  readonly outputSha256: Uint8Array;
  readonly salt: Uint8Array;
};

/** What a seat that could not read the input commits to, in place of both hashes. */
export const unavailableHash: Uint8Array = new Uint8Array(32);

/**
 * The commitment of PROTOCOL 9: task, attempt, role and node are in it, so that nobody can open another seat's
 * (X1), and the salt, so that a boolean cannot be guessed (X2).
 */
export function commitmentOf(opening: Opening): Hash {
  return taggedHash(
    "result",
    opening.chainId,
    opening.taskId,
    BigInt(opening.attempt),
    BigInt(opening.role),
    opening.node,
    opening.resultHash,
    opening.outputSha256,
    opening.salt,
  );
}

export function opens(commitment: Uint8Array, opening: Opening): boolean {
  return equalBytes(commitment, commitmentOf(opening));
}

/** The flag and the zero hashes go together: a value can never pass for UNAVAILABLE nor the reverse. */
export function saysUnavailable(resultHash: Uint8Array, outputSha256: Uint8Array): boolean {
  return equalBytes(resultHash, unavailableHash) && equalBytes(outputSha256, unavailableHash);
}

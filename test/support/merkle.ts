import { hash } from "node:crypto";

const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(hash("sha256", Buffer.concat(parts), "buffer"));

/** The RFC 6962 tree as CometBFT builds it; written apart from core/store, whose oracle it may be. */
export function merkleTree(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const left = merkleTree(leaves.slice(0, split));
  return sha256(Uint8Array.of(1), left, merkleTree(leaves.slice(split)));
}

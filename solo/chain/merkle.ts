import { concatBytes } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";

/** CometBFT's proof that a leaf stands at an index below a root (RFC 6962). */
export type MerkleProof = {
  readonly total: number;
  readonly index: number;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
};

const leafTag = Uint8Array.of(0);
const innerTag = Uint8Array.of(1);

function levelAbove(hashes: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < hashes.length; i += 2) {
    const left = hashes[i] ?? innerTag;
    const right = hashes[i + 1];
    // Lifting the odd one gives the same tree as the split at the largest power of two.
    above.push(right === undefined ? left : sha256(concatBytes(innerTag, left, right)));
  }
  return above;
}

const leafHashes = (items: readonly Uint8Array[]): Uint8Array[] =>
  items.map((item) => sha256(concatBytes(leafTag, item)));

/** The root over byte strings; of none it is sha256 of nothing. */
export function merkleRootOf(items: readonly Uint8Array[]): Uint8Array {
  let level = leafHashes(items);
  while (level.length > 1) level = levelAbove(level);
  return level[0] ?? sha256(new Uint8Array());
}

/** Proof of the item at `index`. */
export function merkleProofOf(items: readonly Uint8Array[], index: number): MerkleProof {
  let level = leafHashes(items);
  const leafHash = level[index];
  if (leafHash === undefined) {
    throw new RangeError(`merkle proof: expected an index below ${items.length}, got ${index}`);
  }
  const aunts: Uint8Array[] = [];
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) aunts.push(sibling);
    level = levelAbove(level);
  }
  return { total: items.length, index, leafHash, aunts };
}

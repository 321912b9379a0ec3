import { concatBytes, utf8Encode } from "../bytes.ts";
import { sha256 } from "../crypto/sha256.ts";
import { emptyRoot } from "./hashing.ts";
import { uvarintBytes } from "./varint.ts";

/** A name and its value, for the app hash a store and its root. */
export type NamedRoot = readonly [name: string, root: Uint8Array];

/** A sibling on the way up, and on which side it stands. */
export type MerkleStep = { readonly sibling: Uint8Array; readonly siblingIsLeft: boolean };

const leafTag = Uint8Array.of(0);
const innerTag = Uint8Array.of(1);

function leafHash([name, root]: NamedRoot): Uint8Array {
  const key = utf8Encode(name);
  const value = sha256(root);
  return sha256(
    concatBytes(leafTag, uvarintBytes(key.length), key, uvarintBytes(value.length), value),
  );
}

// Joining neighbours and lifting the odd one gives the same tree as the split at the largest power of two.
function levelAbove(hashes: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < hashes.length; i += 2) {
    const left = hashes[i];
    const right = hashes[i + 1];
    if (left === undefined) break;
    above.push(right === undefined ? left : sha256(concatBytes(innerTag, left, right)));
  }
  return above;
}

/** The app hash over stores sorted by name (WIRE.md 10). */
export function merkleRoot(items: readonly NamedRoot[]): Uint8Array {
  let level = items.map(leafHash);
  while (level.length > 1) level = levelAbove(level);
  return level[0] ?? emptyRoot.slice();
}

/** From the leaf at index up to the root. */
export function merklePath(items: readonly NamedRoot[], index: number): MerkleStep[] {
  const steps: MerkleStep[] = [];
  let level = items.map(leafHash);
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) steps.push({ sibling, siblingIsLeft: (at & 1) === 1 });
    level = levelAbove(level);
  }
  return steps;
}

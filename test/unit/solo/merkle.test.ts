import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { partBytes, partSetHeader } from "../../../solo/chain/hashes.ts";
import { merkleProofOf, merkleRootOf, type MerkleProof } from "../../../solo/chain/merkle.ts";

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  createHash("sha256").update(Buffer.concat(parts)).digest();
const leaf = (item: Uint8Array): Buffer => hash(Uint8Array.of(0), item);

/** RFC 6962 word by word: split at the largest power of two below the count. */
function rootByDefinition(items: readonly Uint8Array[]): Buffer {
  const [first] = items;
  if (first === undefined) return hash();
  if (items.length === 1) return leaf(first);
  let split = 1;
  while (split * 2 < items.length) split *= 2;
  const halves = [items.slice(0, split), items.slice(split)].map(rootByDefinition);
  return hash(Uint8Array.of(1), ...halves);
}

/** CometBFT's computeHashFromAunts. */
function rootOfProof(index: number, total: number, own: Uint8Array, aunts: Uint8Array[]): Buffer {
  if (total === 1) {
    assert.equal(aunts.length, 0);
    return Buffer.from(own);
  }
  let split = 1;
  while (split * 2 < total) split *= 2;
  const aunt = aunts.at(-1) ?? assert.fail("too few aunts");
  const rest = aunts.slice(0, -1);
  return index < split
    ? hash(Uint8Array.of(1), rootOfProof(index, split, own, rest), aunt)
    : hash(Uint8Array.of(1), aunt, rootOfProof(index - split, total - split, own, rest));
}

describe("solo: merkle roots", () => {
  const items = Array.from({ length: 33 }, (_, i) => Buffer.from(`item ${i}`));

  it("are those of RFC 6962 for 0 to 33 items", () => {
    for (let count = 0; count <= items.length; count++) {
      const some = items.slice(0, count);
      assert.deepEqual(Buffer.from(merkleRootOf(some)), rootByDefinition(some));
    }
  });

  it("are reached by each proof as CometBFT computes them", () => {
    for (let count = 1; count <= items.length; count++) {
      const some = items.slice(0, count);
      for (let index = 0; index < count; index++) {
        const proof: MerkleProof = merkleProofOf(some, index);
        const reached = rootOfProof(index, count, proof.leafHash, [...proof.aunts]);
        assert.deepEqual(reached, rootByDefinition(some));
      }
    }
  });

  it("of a block of several parts are over parts of 65,536 bytes", () => {
    const block = Buffer.alloc(2 * partBytes + 1, 7);
    const parts = [0, 1, 2].map((i) => block.subarray(i * partBytes, (i + 1) * partBytes));
    const { total, hash: root } = partSetHeader(block);
    assert.equal(total, 3);
    assert.deepEqual(Buffer.from(root), rootByDefinition(parts));
  });
});

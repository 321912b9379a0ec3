import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concatBytes } from "../../../../core/bytes.ts";
import { decodeCommitmentProof, encodeCommitmentProof } from "../../../../core/store/ics23.ts";
import type { InnerOp } from "../../../../core/store/ics23.ts";
import {
  innerFits,
  iavlSpec,
  leafFits,
  tendermintSpec,
} from "../../../../core/store/ics23Specs.ts";
import { putUvarint, putVarint, readUvarint, readVarint } from "../../../../core/store/varint.ts";

const leaf = { hash: 1, prehashKey: 0, prehashValue: 1, length: 1, prefix: Uint8Array.of(0, 2, 8) };
const step: InnerOp = {
  hash: 1,
  prefix: Uint8Array.of(2, 4, 8, 32),
  suffix: concatBytes(Uint8Array.of(32), new Uint8Array(32)),
};
const encoded = encodeCommitmentProof({
  kind: "exist",
  proof: { key: Uint8Array.of(1), value: Uint8Array.of(2), leaf, path: [step, step] },
});

describe("store: ics23 encoding", () => {
  it("has one encoding a proof: unknown, doubled and cut fields are refused", () => {
    assert.ok(decodeCommitmentProof(encoded));
    const changed = [
      new Uint8Array(0),
      encoded.slice(0, -1),
      concatBytes(encoded, Uint8Array.of(0x18, 1)),
      concatBytes(encoded, encoded),
      // A second leaf, empty, at the end of the existence proof.
      concatBytes(
        Uint8Array.of(0x0a, (encoded[1] ?? 0) + 2),
        encoded.slice(2),
        Uint8Array.of(0x1a, 0),
      ),
      // The length in two bytes where one does.
      concatBytes(Uint8Array.of(0x0a, (encoded[1] ?? 0) | 128, 0), encoded.slice(2)),
    ];
    for (const bytes of changed) assert.equal(decodeCommitmentProof(bytes), undefined);
  });
});

describe("store: ics23 specs", () => {
  it("B7: an IAVL leaf prefix is height 0, size 1, a version and nothing else", () => {
    const prefixes: readonly (readonly [readonly number[], boolean])[] = [
      [[0, 2, 8], true],
      [[0, 2, 0x80, 1], true],
      [[0, 2], false],
      [[0, 4, 8], false],
      [[0, 2, 7], false],
      [[0, 2, 8, 0], false],
      [[2, 2, 8], false],
      [[], false],
    ];
    for (const [prefix, fits] of prefixes) {
      assert.equal(
        leafFits({ ...leaf, prefix: Uint8Array.from(prefix) }, iavlSpec),
        fits,
        prefix.join(),
      );
    }
  });

  it("B7: a tendermint leaf prefix is one zero byte, an inner prefix one byte when a suffix stands", () => {
    assert.equal(leafFits({ ...leaf, prefix: Uint8Array.of(0) }, tendermintSpec), true);
    assert.equal(leafFits({ ...leaf, prefix: Uint8Array.of(0, 0) }, tendermintSpec), false);
    const hash = new Uint8Array(32);
    const inner = (prefix: Uint8Array, suffix: Uint8Array): boolean =>
      innerFits({ hash: 1, prefix, suffix }, tendermintSpec, 1);
    assert.equal(inner(Uint8Array.of(1), hash), true);
    assert.equal(inner(concatBytes(Uint8Array.of(1), hash), new Uint8Array(0)), true);
    assert.equal(inner(concatBytes(Uint8Array.of(1), hash), hash), false);
    assert.equal(inner(Uint8Array.of(0), hash), false);
    assert.equal(inner(Uint8Array.of(2), hash), false);
  });

  it("B7: the height of an IAVL step is at least its layer, and 1 or 34 bytes follow the head", () => {
    assert.equal(innerFits(step, iavlSpec, 1), true);
    assert.equal(innerFits(step, iavlSpec, 2), false);
    const longer = { ...step, prefix: concatBytes(step.prefix, Uint8Array.of(32)) };
    assert.equal(innerFits(longer, iavlSpec, 1), false);
    const oddSuffix = { ...step, suffix: step.suffix.slice(1) };
    assert.equal(innerFits(oddSuffix, iavlSpec, 1), false);
    assert.equal(innerFits({ ...step, hash: 2 }, iavlSpec, 1), false);
  });
});

describe("store: varints", () => {
  it("are Go's PutUvarint and PutVarint up to 2^53", () => {
    const values = [
      0,
      1,
      63,
      64,
      127,
      128,
      300,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 53 - 1,
    ];
    for (const value of values) {
      const out = new Uint8Array(10);
      const plain = putUvarint(out, 0, value);
      assert.deepEqual(readUvarint(out, 0), { value: BigInt(value), next: plain });
      const zigZag = putVarint(out, 0, value);
      assert.deepEqual(readVarint(out, 0), { value: BigInt(value), next: zigZag });
      let length = 1;
      for (let rest = BigInt(value) >> 7n; rest > 0n; rest >>= 7n) length++;
      assert.equal(plain, length);
    }
    assert.deepEqual(readVarint(Uint8Array.of(1), 0), { value: -1n, next: 1 });
    assert.equal(readUvarint(Uint8Array.of(0x80), 0), undefined);
    assert.equal(readUvarint(new Uint8Array(11).fill(0xff), 0), undefined);
    const tooLarge = new Uint8Array(10).fill(0xff);
    tooLarge[9] = 2;
    assert.equal(readUvarint(tooLarge, 0), undefined);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bech32 } from "@scure/base";
import { fromBech32, toBech32 } from "@cosmjs/encoding";
import fc from "fast-check";
import { bech32Decode, bech32Encode } from "../../core/crypto/bech32.ts";

// 90 characters: prefix, separator, checksum, and what is left for data.
const prefixes = fc.constantFrom("assay", "cosmos", "assayvaloper", "assayvalcons", "a", "a1b");
const data = fc.uint8Array({ maxLength: 40 });

function oracle(text: string): { prefix: string; data: Uint8Array } | undefined {
  try {
    return fromBech32(text, 90);
  } catch {
    return undefined;
  }
}

function same(text: string): void {
  const [ours, theirs] = [bech32Decode(text), oracle(text)];
  // The library takes all capitals too; our addresses are written in one way.
  if (text !== text.toLowerCase()) assert.equal(ours, undefined, text);
  else assert.deepEqual(ours, theirs && { prefix: theirs.prefix, bytes: theirs.data }, text);
}

describe("property: bech32", () => {
  it("encodes as @cosmjs/encoding does and decodes its own", () => {
    fc.assert(
      fc.property(prefixes, data, (prefix, bytes) => {
        const text = bech32Encode(prefix, bytes);
        assert.equal(text, toBech32(prefix, bytes, 200));
        if (text.length <= 90) assert.deepEqual(bech32Decode(text), { prefix, bytes });
        else assert.equal(bech32Decode(text), undefined);
      }),
    );
  });

  it("takes and refuses what @cosmjs/encoding takes and refuses within 90 characters", () => {
    const mutated = fc
      .tuple(
        prefixes,
        data,
        fc.nat(),
        fc.constantFrom(..."qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioA~ ü"),
      )
      .map(([prefix, bytes, at, character]) => {
        const text = bech32Encode(prefix, bytes);
        const position = at % text.length;
        return text.slice(0, position) + character + text.slice(position + 1);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.string(),
          mutated.map((text) => text.slice(0, -1)),
        ),
        same,
      ),
      {
        numRuns: 1000,
      },
    );
  });

  it("has one form: padding is zero and shorter than a word", () => {
    const words = fc.array(fc.nat({ max: 31 }), { maxLength: 60 });
    let refused = 0;
    fc.assert(
      fc.property(words, (list) => {
        const text = bech32.encode("assay", list, 90);
        same(text);
        if (bech32Decode(text) === undefined) refused += 1;
      }),
      { numRuns: 500 },
    );
    assert.ok(refused > 100, `${refused} of 500 refused`);
  });
});

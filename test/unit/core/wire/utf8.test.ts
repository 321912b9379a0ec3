import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isUtf8 } from "../../../../core/wire/utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

describe("wire: UTF-8", () => {
  it("D11: agrees with the fatal decoder on every pair and on edges of longer forms", () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        for (const tail of [[], [0x80], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0x41]]) {
          const bytes = Uint8Array.of(first, second, ...tail);
          assert.equal(isUtf8(bytes, 0, bytes.length), decodes(bytes), bytes.join(" "));
        }
      }
    }
  });

  it("D11: agrees with the fatal decoder on random bytes and on any text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        assert.equal(isUtf8(bytes, 0, bytes.length), decodes(bytes));
      }),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = new TextEncoder().encode(text);
        assert.ok(isUtf8(bytes, 0, bytes.length));
      }),
    );
  });

  it("looks at the named part only", () => {
    assert.ok(isUtf8(Uint8Array.of(0xff, 0x41, 0xff), 1, 2));
    assert.ok(!isUtf8(Uint8Array.of(0xe2, 0x82, 0xac), 0, 2));
  });
});

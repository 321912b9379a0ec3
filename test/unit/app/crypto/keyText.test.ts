import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { keyText } from "../../../../app/crypto/hash.ts";

const digest = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash("sha256").update(bytes).digest());

describe("app: keys of bytes", () => {
  it("differ wherever the bytes do, at every length, in any byte", () => {
    const seen = new Set<string>();
    const lengths = [0, 1, 31, 32, 33, 63, 64, 65, 300, 4_095, 4_096, 4_097, 20_000];
    let made = 0;
    for (const length of lengths) {
      const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
      for (const at of [undefined, 0, length >> 1, length - 1]) {
        const copy = Uint8Array.from(bytes);
        if (at !== undefined && at >= 0) copy[at] = (copy[at] ?? 0) ^ 0x80;
        seen.add(keyText(copy));
        made += 1;
        assert.equal(keyText(Uint8Array.from(copy)), keyText(copy));
      }
    }
    // Of no byte and of one, some places are the same.
    assert.equal(seen.size, made - 3 - 2);
  });

  it("no bytes are taken for others whose digest they are", () => {
    for (const length of [10, 200, 10_000]) {
      const bytes = new Uint8Array(length).fill(7);
      assert.notEqual(keyText(digest(bytes)), keyText(bytes));
      assert.notEqual(keyText(digest(digest(bytes))), keyText(bytes));
    }
  });

  it("does not look at bytes around a part of an array", () => {
    const whole = Uint8Array.from({ length: 200 }, (_, i) => i);
    assert.equal(keyText(whole.subarray(50, 150)), keyText(whole.slice(50, 150)));
  });
});

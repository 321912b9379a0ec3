import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isName } from "../../../../modules/registry/index.ts";

// The rule as the papers' users read it; tests may use a regular expression, the chain may not.
const rule = /^[a-z][a-z0-9-]{2,31}$/;
const expected = (text: string): boolean =>
  rule.test(text) && !text.endsWith("-") && !text.includes("--");

describe("registry: names", () => {
  it("C3: takes 3 to 32 characters, at 2, 3, 32 and 33", () => {
    for (const [length, fits] of [
      [2, false],
      [3, true],
      [32, true],
      [33, false],
    ] as const) {
      assert.equal(isName("a".repeat(length)), fits, `${length}`);
    }
  });

  it("refuses look-alikes, doubled and trailing hyphens, digits and hyphens in front", () => {
    for (const text of [
      "",
      "a--b",
      "abc-",
      "-abc",
      "1abc",
      "Abc",
      "аbc",
      "a_b",
      "a.b",
      "ab\u0000",
      "abc ",
      "ａｂｃ",
    ]) {
      assert.equal(isName(text), false, JSON.stringify(text));
    }
    for (const text of ["abc", "a-b", "a-1", "a1-2-3", "echo-demo"])
      assert.equal(isName(text), true, text);
  });

  it("agrees with the rule on every text of up to four characters of a small alphabet", () => {
    const alphabet = ["a", "z", "0", "9", "-", "A", "_"];
    let texts = [""];
    for (let length = 0; length < 4; length++) {
      texts = texts.flatMap((text) => alphabet.map((char) => text + char));
      for (const text of texts) assert.equal(isName(text), expected(text), JSON.stringify(text));
    }
  });
});

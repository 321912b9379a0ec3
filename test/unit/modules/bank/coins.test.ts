import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { coinsFault, coinsText, isDenom } from "../../../../modules/bank/index.ts";

// The rule as the SDK writes it; the module spells it out, because it may hold no regular expression.
const rule = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;

describe("bank: coins", () => {
  it("tells denoms as the SDK's rule does", () => {
    const fixed = [
      "ucosm",
      "uc",
      "abc",
      "1uc",
      "u c",
      "ibc/ABC",
      "a:b",
      "a.b",
      "a_b",
      "a-b",
      "a@b",
      "ä12",
      "",
      "u\0c",
    ];
    for (const text of [...fixed, "a".repeat(128), "a".repeat(129)]) {
      assert.equal(isDenom(text), rule.test(text), JSON.stringify(text));
    }
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code);
      for (const text of [`${character}ab`, `ab${character}`, `a${character}b`]) {
        assert.equal(isDenom(text), rule.test(text), JSON.stringify(text));
      }
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => isDenom(text) === rule.test(text)),
    );
  });

  it("prints coins as the SDK does", () => {
    assert.equal(coinsText([]), "");
    assert.equal(
      coinsText([
        { denom: "ucosm", amount: 123n },
        { denom: "ustake", amount: "5" },
      ]),
      "123ucosm,5ustake",
    );
  });

  it("finds nothing wrong with sorted positive coins up to 2^128-1", () => {
    const max = (2n ** 128n - 1n).toString();
    assert.equal(
      coinsFault([
        { denom: "aaa", amount: "1" },
        { denom: "bbb", amount: max },
      ]),
      undefined,
    );
    assert.match(coinsFault([{ denom: "aaa", amount: (2n ** 128n).toString() }]) ?? "", /2\^128-1/);
  });

  it("sorts denoms by byte", () => {
    const coins = (...denoms: string[]) => denoms.map((denom) => ({ denom, amount: "1" }));
    assert.equal(coinsFault(coins("UCOSM", "ibc/A", "ucosm")), undefined);
    assert.match(coinsFault(coins("ucosm", "UCOSM")) ?? "", /ascending/);
  });
});

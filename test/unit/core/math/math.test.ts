import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BugError } from "../../../../core/errors.ts";
import {
  ceilOf,
  dec,
  floorOf,
  formatDec,
  mulCeil,
  mulFloor,
  one,
  parseDec,
  quoFloor,
  ratio,
} from "../../../../core/math/dec.ts";
import {
  amount,
  divCeil,
  divFloor,
  log2Floor,
  maxAmount,
  maxU64,
  mod,
  mulDivCeil,
  mulDivFloor,
  parseDecimal,
  sqrtCeil,
  sqrtFloor,
  sum,
} from "../../../../core/math/integers.ts";

describe("core: integers", () => {
  it("B6: makes amounts of 0 .. 2^128-1 and takes anything else for a bug", () => {
    for (const value of [0n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 64n + 1n, maxAmount]) {
      assert.equal(amount(value), value);
    }
    for (const value of [-1n, maxAmount + 1n, 2n ** 200n])
      assert.throws(() => amount(value), BugError);
    assert.equal(maxU64, 18446744073709551615n);
  });

  it("D12: divides only what is not negative by what is above zero", () => {
    for (const divide of [divFloor, divCeil, mod]) {
      for (const [a, b] of [
        [-7n, 2n],
        [7n, 0n],
        [7n, -2n],
      ] as const) {
        assert.throws(() => divide(a, b), BugError);
      }
    }
    assert.throws(() => mulDivFloor(-1n, 2n, 3n), BugError);
    assert.throws(() => mulDivCeil(1n, 2n, 0n), BugError);
  });

  it("finds roots and logarithms at their edges", () => {
    for (const root of [0n, 1n, 2n, 3n, 10n ** 9n, 2n ** 64n - 1n, 2n ** 128n]) {
      const square = root * root;
      assert.equal(sqrtFloor(square), root);
      assert.equal(sqrtCeil(square), root);
      if (root > 1n) {
        assert.equal(sqrtFloor(square - 1n), root - 1n);
        assert.equal(sqrtCeil(square - 1n), root);
        assert.equal(sqrtCeil(square + 1n), root + 1n);
      }
    }
    assert.deepEqual(
      [1n, 2n, 3n, 4n, 2n ** 100n - 1n, 2n ** 100n].map(log2Floor),
      [0, 1, 1, 2, 99, 100],
    );
    assert.throws(() => sqrtFloor(-1n), BugError);
    assert.throws(() => log2Floor(0n), BugError);
  });

  it("D12: reads canonical decimals alone, at most 39 digits", () => {
    assert.equal(parseDecimal("0"), 0n);
    assert.equal(parseDecimal("9".repeat(39)), 10n ** 39n - 1n);
    for (const text of [
      "",
      "00",
      "01",
      "-0",
      "-1",
      "+1",
      " 1",
      "1\n",
      "0x1",
      "1_0",
      "1e1",
      "1.0",
      "٣",
      "1".repeat(40),
    ]) {
      assert.equal(parseDecimal(text), undefined, JSON.stringify(text));
    }
  });

  it("sums", () => {
    assert.equal(sum([]), 0n);
    assert.equal(sum([1n, 2n, 2n ** 70n]), 2n ** 70n + 3n);
  });
});

describe("core: Dec", () => {
  it("names its rounding", () => {
    assert.equal(ratio(1n, 3n), 333333333333333333n);
    assert.equal(mulFloor(10n, ratio(1n, 3n)), 3n);
    assert.equal(mulCeil(10n, ratio(1n, 3n)), 4n);
    assert.equal(quoFloor(1n, dec(3n * one)), 0n);
    assert.equal(quoFloor(one, dec(3n * one)), 333333333333333333n);
    assert.deepEqual(
      [floorOf(dec(one + 1n)), ceilOf(dec(one + 1n)), ceilOf(dec(one))],
      [1n, 2n, 1n],
    );
  });

  it("prints as LegacyDec and reads it back", () => {
    const cases: [bigint, string][] = [
      [0n, "0.000000000000000000"],
      [1n, "0.000000000000000001"],
      [one / 2n, "0.500000000000000000"],
      [one, "1.000000000000000000"],
      [123n * one + 45n, "123.000000000000000045"],
    ];
    for (const [value, text] of cases) {
      assert.equal(formatDec(dec(value)), text);
      assert.equal(parseDec(text), value);
    }
    assert.equal(parseDec("0.25"), one / 4n);
    assert.equal(parseDec("7"), 7n * one);
  });

  it("reads nothing else", () => {
    for (const text of [
      "",
      ".",
      ".5",
      "5.",
      "-1",
      "1.2.3",
      "0.0000000000000000001",
      "1e3",
      "00.5",
      "0.5 ",
      "0.-5",
      "0.+5",
    ]) {
      assert.equal(parseDec(text), undefined, text);
    }
  });
});

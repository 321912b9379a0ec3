import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { dec, formatDec, mulCeil, mulFloor, one, parseDec, ratio } from "../../core/math/dec.ts";
import {
  divCeil,
  divFloor,
  log2Floor,
  mod,
  mulDivCeil,
  mulDivFloor,
  parseDecimal,
  sqrtCeil,
  sqrtFloor,
} from "../../core/math/integers.ts";

const edges = [0n, 1n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 128n - 1n];
const natural = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  fc.constantFrom(...edges),
  fc.nat().map(BigInt),
);
const positive = natural.map((value) => value + 1n);

/** a/b rounded down, by schoolbook long division over decimal digits: no bigint division. */
function slowFloor(a: bigint, b: bigint): bigint {
  let quotient = "";
  let rest = 0n;
  for (const digit of a.toString()) {
    rest = rest * 10n + BigInt(digit);
    let times = 0;
    for (; rest >= b; rest -= b) times += 1;
    quotient += String(times);
  }
  return BigInt(quotient);
}

describe("property: math", () => {
  it("D5: divides as long division does, up where it says so", () => {
    fc.assert(
      fc.property(natural, natural, positive, (a, b, c) => {
        const floor = slowFloor(a * b, c);
        const exact = floor * c === a * b;
        assert.equal(mulDivFloor(a, b, c), floor);
        assert.equal(mulDivCeil(a, b, c), exact ? floor : floor + 1n);
        assert.equal(divFloor(a, c), slowFloor(a, c));
        assert.equal(divCeil(a, c), slowFloor(a + c - 1n, c));
        assert.equal(mod(a, c), a - slowFloor(a, c) * c);
      }),
    );
  });

  it("finds the root that its square brackets", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          natural,
          natural.map((a) => a * a),
          natural.map((a) => a * a + 1n),
        ),
        (value) => {
          const [low, high] = [sqrtFloor(value), sqrtCeil(value)];
          assert.ok(low * low <= value && (low + 1n) * (low + 1n) > value);
          assert.ok(high * high >= value && (high === 0n || (high - 1n) * (high - 1n) < value));
        },
      ),
    );
  });

  it("finds the logarithm that its powers bracket", () => {
    fc.assert(
      fc.property(positive, (value) => {
        const log = BigInt(log2Floor(value));
        assert.ok(2n ** log <= value && value < 2n ** (log + 1n));
      }),
    );
  });

  it("D12: the sum of shares and the remainder is the total", () => {
    const weights = fc
      .array(natural, { minLength: 1, maxLength: 20 })
      .filter((list) => list.some((w) => w > 0n));
    fc.assert(
      fc.property(natural, weights, (total, list) => {
        const sum = list.reduce((a, b) => a + b);
        const shares = list
          .map((weight) => mulDivFloor(total, weight, sum))
          .reduce((a, b) => a + b);
        assert.ok(shares <= total && total - shares < BigInt(list.length));
      }),
    );
  });

  it("D12: reads exactly the decimal texts that it would print", () => {
    fc.assert(fc.property(natural, (value) => assert.equal(parseDecimal(value.toString()), value)));
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^[0-9 +x_.-]{0,6}$/)),
        (text) => {
          const value = parseDecimal(text);
          if (value === undefined) assert.ok(!/^(0|[1-9][0-9]{0,38})$/.test(text), text);
          else assert.equal(value.toString(), text);
        },
      ),
    );
  });

  it("D5: multiplies by a Dec within one unit of the exact product", () => {
    fc.assert(
      fc.property(natural, natural, positive, (a, b, c) => {
        const share = ratio(b, c);
        assert.equal(mulFloor(a, share), slowFloor(a * share, one));
        const gap = mulCeil(a, share) - mulFloor(a, share);
        assert.equal(gap, slowFloor(a * share, one) * one === a * share ? 0n : 1n);
        assert.ok(share * c <= b * one && (share + 1n) * c > b * one);
      }),
    );
  });

  it("prints and reads every Dec", () => {
    fc.assert(
      fc.property(natural, (value) => {
        const text = formatDec(dec(value));
        assert.match(text, /^(0|[1-9][0-9]*)\.[0-9]{18}$/);
        assert.equal(parseDec(text), value);
      }),
    );
  });
});

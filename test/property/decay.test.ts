import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decayed, halvings } from "../../core/math/decay.ts";
import { halvingRoots } from "../../core/math/decayTable.ts";
import { maxAmount, sqrtFloor } from "../../core/math/integers.ts";

const halfLife = 2_592_000_000n;
const scale = 512n;

/** 2^-(2^-k) in units of 2^-512, by square roots that keep 512 bits. */
const fineRoots = Array.from({ length: 160 }).reduce<bigint[]>(
  (roots) => [...roots, sqrtFloor((roots.at(-1) ?? 1n << (scale - 1n)) << scale)],
  [],
);

/** value x 2^-(dt/half-life) in units of 2^-512, with 160 bits of the exponent's fraction. */
function exact(value: bigint, dt: bigint, half: bigint): bigint {
  let factor = 1n << scale;
  let rest = dt % half;
  for (const root of fineRoots) {
    rest *= 2n;
    if (rest < half) continue;
    rest -= half;
    factor = (factor * root) >> scale;
  }
  return (value * factor) >> (dt / half);
}

const value = fc.bigInt({ min: 0n, max: maxAmount });
const half = fc.bigInt({ min: 1_000n, max: 400_000_000_000n });
const age = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n * halfLife }),
  fc.bigInt({ min: 0n, max: 1_000n }),
  fc.bigInt({ min: 0n, max: 1_000n * halfLife }),
);

describe("decay", () => {
  it("has 64 roots, each the floor of the exact one", () => {
    assert.equal(halvingRoots.length, 64);
    for (const [i, root] of halvingRoots.entries())
      assert.equal(root, (fineRoots[i] ?? 0n) >> (scale - 128n), `root ${i + 1}`);
  });

  it("is the value at age 0, half of it after a half-life, a quarter after two, nothing at the end", () => {
    for (const [dt, divisor] of [
      [0n, 1n],
      [halfLife, 2n],
      [2n * halfLife, 4n],
      [100n * halfLife, 1n << 100n],
    ] as const) {
      const whole = 12_345_678_901_234_567_890_123n;
      assert.equal(decayed(whole, halvings(dt, halfLife)), whole / divisor);
    }
    for (const halves of [256n, 257n, 10n ** 9n])
      assert.equal(decayed(maxAmount, halvings(halves * halfLife, halfLife)), 0n);
  });

  it("is within one unit and 2^-63 of the value of the exact power", () => {
    fc.assert(
      fc.property(value, age, half, (x, dt, life) => {
        const got = decayed(x, halvings(dt, life)) << scale;
        const wanted = exact(x, dt, life);
        // The oracle floors too: 160 products and its own cut of the exponent, far below 2^-140.
        const fuzz = (wanted >> 140n) + 1n;
        assert.ok(got - fuzz <= wanted + (wanted >> 63n), `${got} above ${wanted}`);
        assert.ok(wanted - got <= (1n << scale) + (wanted >> 63n) + fuzz, `${got} below ${wanted}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never grows with age, nor shrinks with the value", () => {
    fc.assert(
      fc.property(value, age, fc.bigInt({ min: 0n, max: halfLife }), half, (x, dt, more, life) => {
        const now = decayed(x, halvings(dt, life));
        assert.ok(decayed(x, halvings(dt + more, life)) <= now);
        assert.ok(decayed(x, halvings(dt + 1n, life)) <= now);
        assert.ok(now <= x);
        assert.ok(decayed(x + 1n, halvings(dt, life)) >= now);
      }),
      { numRuns: 2_000 },
    );
  });

  it("touched on the way it is at most one unit and 2^-62 of the value off", () => {
    fc.assert(
      fc.property(value, age, age, half, (x, first, second, life) => {
        const once = decayed(x, halvings(first + second, life));
        const twice = decayed(decayed(x, halvings(first, life)), halvings(second, life));
        const gap = once > twice ? once - twice : twice - once;
        assert.ok(gap <= 2n + (x >> 62n), `${once} and ${twice}`);
      }),
      { numRuns: 1_000 },
    );
  });
});

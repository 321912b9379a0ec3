import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Dec } from "../../core/brand.ts";
import { dec, one } from "../../core/math/dec.ts";
import { amount } from "../../core/math/integers.ts";
import { incidentFactorOf, performanceOf, reputationOf } from "../../modules/reputation/records.ts";
import {
  commitmentFactor,
  loadFactor,
  weighted,
  weightOf,
  type Factors,
} from "../../modules/selection/weights.ts";
import { nodeAt } from "../support/nodes.ts";

const day = 86_400_000n;
const between = (low: bigint, high: bigint): fc.Arbitrary<Dec> =>
  fc.bigInt({ min: low, max: high }).map(dec);

/** Factors in the ranges of PROTOCOL 7.1. */
const factors: fc.Arbitrary<Factors> = fc.record({
  node: fc.nat(1_000).map(nodeAt),
  stake: fc.bigInt({ min: 1n, max: 10n ** 15n }).map(amount),
  commitment: between(one, one + one / 2n),
  performance: between(one / 1_000n, one),
  incidents: between(one / 100n, one),
  uptime: between(one / 20n, one),
  load: between(one / 2n, one),
});
const healthy = { commitment: dec(one), performance: dec(one / 3n), incidents: dec(one / 3n) };
const alike = (stake: bigint, i: number): Factors => ({
  ...{ node: nodeAt(i), stake: amount(stake), ...healthy },
  ...{ uptime: dec(one), load: dec(one) },
});
const share = (list: readonly Factors[], own: (index: number) => boolean): number => {
  const { candidates } = weighted(list);
  const total = candidates.reduce((sum, { drawnWeight }) => sum + drawnWeight, 0n);
  const mine = candidates.reduce((sum, one, i) => sum + (own(i) ? one.drawnWeight : 0n), 0n);
  return Number((mine * 10n ** 15n) / total) / 1e15;
};

/** The first node's share where w alone decides, without the 5 % that follow the stake. */
const earnedShare = (list: readonly Factors[]): number => {
  const weights = weighted(list).candidates.map(({ weight }) => Number(weight));
  return (weights[0] ?? 0) / weights.reduce((a, b) => a + b, 0);
};

describe("factors", () => {
  it("C runs from 1 to 1.5 over 180 days and stays there", () => {
    const cases = [
      [-1n, one],
      [0n, one],
      [90n * day, one + one / 4n],
      [180n * day, (3n * one) / 2n],
      [180n * day + 1n, (3n * one) / 2n],
      [3_650n * day, (3n * one) / 2n],
    ] as const;
    for (const [remaining, wanted] of cases) assert.equal(commitmentFactor(remaining), wanted);
    assert.ok(commitmentFactor(180n * day - 1n) < (3n * one) / 2n);
    assert.ok(commitmentFactor(1n) > one);
  });

  it("F runs from 1 to just above 1/2 and falls with every seat", () => {
    for (let capacity = 1; capacity <= 64; capacity++) {
      assert.equal(loadFactor(0, capacity), one);
      for (let open = 1; open < capacity; open++) {
        assert.ok(loadFactor(open, capacity) < loadFactor(open - 1, capacity));
        assert.ok(loadFactor(open, capacity) > one / 2n);
      }
    }
  });

  it("P, I and rep stay in [0, 1], and a newcomer's P is 1/3", () => {
    const count = fc.bigInt({ min: 0n, max: 10n ** 30n });
    assert.equal(performanceOf(0n, 0n, reputationOf(0n, 0n)), one / 3n);
    assert.equal(incidentFactorOf(0n), one);
    assert.equal(incidentFactorOf(2n * one), one / 3n);
    fc.assert(
      fc.property(count, count, count, count, (a, b, more, worse) => {
        const rep = reputationOf(a + more, b + worse);
        const p = performanceOf(a, b, rep);
        assert.ok(rep > 0n && rep <= one && p >= 0n && p <= one);
        assert.ok(incidentFactorOf(a) <= one);
      }),
    );
  });

  it("C8: a failure lowers P and rep, an incident lowers I; a success lowers neither", () => {
    const count = fc.bigInt({ min: 0n, max: 10n ** 24n });
    const step = fc.bigInt({ min: 1n, max: 16n * one });
    fc.assert(
      fc.property(count, count, step, (a, b, w) => {
        const p = (x: bigint, y: bigint): bigint => performanceOf(x, y, reputationOf(x, y));
        assert.ok(reputationOf(a, b + w) <= reputationOf(a, b));
        assert.ok(p(a, b + w) <= p(a, b));
        assert.ok(incidentFactorOf(a + w) <= incidentFactorOf(a));
        assert.ok(reputationOf(a + w, b) >= reputationOf(a, b));
        assert.ok(p(a + w, b) >= p(a, b));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("weights", () => {
  it("w is the product from left to right, floored to 1e-18 after each factor", () => {
    fc.assert(
      fc.property(factors, (f) => {
        const square = (f.performance * f.performance) / one;
        const list = [f.commitment, square, f.incidents, f.uptime, f.load];
        const wanted = list.reduce<bigint>((w, factor) => (w * factor) / one, f.stake * one);
        assert.equal(weightOf(f), wanted);
        // And no more than six units, each multiplied by at most 1, below the exact product.
        const top = list.reduce<bigint>((w, factor) => w * factor, f.stake);
        assert.ok(wanted <= top / one ** 4n);
        assert.ok(top / one ** 4n - wanted <= f.stake + 6n);
      }),
    );
  });

  it("w' is 0.95 w + 0.05 S mean(w/S), and never 0", () => {
    fc.assert(
      fc.property(fc.array(factors, { minLength: 1, maxLength: 20 }), (list) => {
        const { candidates, mean } = weighted(list);
        const ratios = candidates.map(({ weight, stake }) => weight / stake);
        assert.equal(mean, ratios.reduce((a, b) => a + b, 0n) / BigInt(list.length));
        for (const { weight, stake, drawnWeight } of candidates) {
          assert.equal(drawnWeight, (weight * 95n) / 100n + (stake * mean * 5n) / 100n);
          assert.ok(drawnWeight > 0n);
        }
      }),
    );
  });

  it("nobody eligible gives an empty table", () => {
    assert.deepEqual(weighted([]), { candidates: [], mean: 0n });
  });

  it("a newcomer weighs more than its w alone: a chance for others", () => {
    const proven = { ...alike(10n ** 8n, 1), performance: dec(one), incidents: dec(one) };
    const newcomer = alike(10n ** 8n, 2);
    const { candidates } = weighted([proven, newcomer]);
    const [first, second] = candidates;
    assert.ok(second !== undefined && first !== undefined);
    assert.ok(second.drawnWeight > second.weight);
    assert.ok(second.drawnWeight * 25n > first.drawnWeight, "at least 4 % of a proven node's");
    assert.ok(second.drawnWeight < first.drawnWeight);
  });
});

describe("splitting a stake", () => {
  it("X6: k bonds of 1/k of the stake are drawn first no more often than one, k = 2..100", () => {
    const rest = Array.from({ length: 30 }, (_, i) => alike(BigInt(i + 1) * 10n ** 8n, i + 200));
    const whole = 5_040n * 10n ** 8n;
    const before = share([alike(whole, 0), ...rest], (i) => i === 0);
    for (let k = 2; k <= 100; k++) {
      const parts = Array.from({ length: k }, (_, i) => alike(whole / BigInt(k), i));
      assert.ok(share([...parts, ...rest], (i) => i < k) <= before + 1e-12, `k = ${k}`);
    }
  });

  it("X6: a proven node that splits into newcomers loses, k = 2..100", () => {
    const rest = Array.from({ length: 30 }, (_, i) => alike(BigInt(i + 1) * 10n ** 8n, i + 200));
    const proven = { performance: dec((9n * one) / 10n), incidents: dec(one) };
    const whole = 5_040n * 10n ** 8n;
    const before = share([{ ...alike(whole, 0), ...proven }, ...rest], (i) => i === 0);
    for (let k = 2; k <= 100; k++) {
      const part = whole / BigInt(k);
      const parts = Array.from({ length: k }, (_, i) =>
        i === 0 ? { ...alike(part, 0), ...proven } : alike(part, i),
      );
      assert.ok(share([...parts, ...rest], (i) => i < k) < before, `k = ${k}`);
    }
  });

  it("X6: among any nodes, parts as good as the whole get at most 1/0.95 of what the whole or its w alone gets", () => {
    fc.assert(
      fc.property(
        fc.array(factors, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 2, max: 100 }),
        (list, k) => {
          const [own, ...rest] = list.map((f) => ({
            ...f,
            stake: amount(f.stake * 5_040n * 100n),
          }));
          if (own === undefined) return;
          const part = { ...own, stake: amount(own.stake / BigInt(k)) };
          const before = share([own, ...rest], (i) => i === 0);
          const after = share([...Array.from({ length: k }, () => part), ...rest], (i) => i < k);
          const earned = earnedShare([own, ...rest]);
          assert.ok(
            after <= (Math.max(before, earned) / 0.95) * (1 + 1e-6),
            `${before} -> ${after}`,
          );
        },
      ),
    );
  });
});

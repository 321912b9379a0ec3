import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Amount, Dec } from "../../core/brand.ts";
import { Role } from "../../modules/registry/index.ts";
import { slashAmount, slashFraction } from "../../modules/staking/index.ts";
import { earlyExitPenalty, jailLength, splitOf } from "../../modules/staking/slashing.ts";

const one = 10n ** 18n;
const dec = (value: bigint): Dec => value as Dec;
const amount = (value: bigint): Amount => value as Amount;
const tenths: Record<number, bigint> = { 1: 5n, 2: 4n, 3: 2n };

const role = fc.constantFrom(Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR, Role.ROLE_EMITTER);
const severity = fc.bigInt({ min: 1n, max: one });
const count = fc.oneof(fc.bigInt({ min: 1n, max: 64n }), fc.bigInt({ min: 1n, max: 10_000n }));
const repeats = fc.bigInt({ min: 0n, max: 9n });
const value = fc.bigInt({ min: 0n, max: 2n ** 100n });

const nOf = (of: Role, n: bigint): bigint => (of === Role.ROLE_EXECUTOR ? 1n : n);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** (numerator, denominator) of b * severity * (1 + min(r,4)/2), exactly. */
function front(of: Role, s: bigint, r: bigint): readonly [bigint, bigint] {
  return [(tenths[of] ?? 0n) * s * (2n + least(r, 4n)), 20n * one];
}

/** Whether f/1e18 >= front * n^(-1/4), by fourth powers of integers: no root, no rounding. */
function reaches(f: bigint, of: Role, s: bigint, n: bigint, r: bigint): boolean {
  if (f < 0n) return false;
  const [numerator, denominator] = front(of, s, r);
  return (f * denominator) ** 4n * nOf(of, n) >= (numerator * one) ** 4n;
}

describe("property: slash fraction", () => {
  it("is the least fraction, to 16 units of 1e-18, that reaches the exact value, or 1", () => {
    fc.assert(
      fc.property(role, severity, count, repeats, (of, s, n, r) => {
        const f = slashFraction({ role: of, severity: dec(s), n, repeats: r });
        assert.ok(f > 0n && f <= one);
        if (f < one) {
          assert.ok(reaches(f, of, s, n, r), "below the exact value");
          assert.ok(!reaches(f - 16n, of, s, n, r), "more than 16 units above it");
        } else {
          assert.ok(reaches(one, of, s, n, r) === reaches(one, of, s, n, r));
          assert.ok(!reaches(one - 16n, of, s, n, r), "1 where less would do");
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it("rises strictly with severity below 1, and never falls at it", () => {
    const step = 10n ** 6n;
    fc.assert(
      fc.property(
        role,
        severity,
        count,
        repeats,
        fc.bigInt({ min: step, max: one }),
        (of, s, n, r, more) => {
          const at = (level: bigint): bigint =>
            slashFraction({ role: of, severity: dec(level), n, repeats: r });
          const [low, high] = [at(s), at(s + more)];
          assert.ok(low === one ? high === one : high > low, `${low} ${high}`);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("falls strictly with the number of nodes below 1, but for an executor, who acts alone", () => {
    fc.assert(
      fc.property(
        role,
        fc.bigInt({ min: 10n ** 12n, max: one }),
        fc.oneof(count, fc.bigInt({ min: 1n, max: 100_000n })),
        repeats,
        (of, s, n, r) => {
          const at = (nodes: bigint): bigint =>
            slashFraction({ role: of, severity: dec(s), n: nodes, repeats: r });
          const [few, more] = [at(n), at(n + 1n)];
          if (of === Role.ROLE_EXECUTOR) assert.equal(more, few);
          else assert.ok(few === one ? more <= one : more < few, `${few} ${more}`);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("rises with repeats up to four", () => {
    fc.assert(
      fc.property(role, severity, count, (of, s, n) => {
        const at = (r: bigint): bigint =>
          slashFraction({ role: of, severity: dec(s), n, repeats: r });
        for (let r = 0n; r < 4n; r++) assert.ok(at(r) <= at(r + 1n));
        assert.equal(at(5n), at(4n));
        assert.ok(at(4n) <= 3n * at(0n));
      }),
    );
  });

  it("is exact where the root is", () => {
    const cases: [Role, bigint, bigint, bigint, bigint][] = [
      [Role.ROLE_EXECUTOR, one, 1n, 0n, one / 2n],
      [Role.ROLE_EXECUTOR, one, 50n, 0n, one / 2n],
      [Role.ROLE_EXECUTOR, one, 1n, 2n, one],
      [Role.ROLE_EXECUTOR, one, 1n, 9n, one],
      [Role.ROLE_VALIDATOR, (8n * one) / 10n, 1n, 0n, (32n * one) / 100n],
      [Role.ROLE_VALIDATOR, (8n * one) / 10n, 16n, 0n, (16n * one) / 100n],
      [Role.ROLE_EMITTER, one / 2n, 81n, 4n, one / 10n + 0n],
      [Role.ROLE_EXECUTOR, (4n * one) / 100n, 1n, 0n, (2n * one) / 100n],
    ];
    for (const [of, s, n, r, expected] of cases) {
      const f = slashFraction({ role: of, severity: dec(s), n, repeats: r });
      assert.ok(f >= expected && f - expected <= 1n, `${of} ${s} ${n} ${r}: ${f}`);
    }
  });

  it("Z4: a committed seat that does not reveal costs as much as a wrong answer in that role", () => {
    const f = (of: Role, tenth: bigint, n: bigint): bigint =>
      slashFraction({ role: of, severity: dec((tenth * one) / 10n), n, repeats: 0n });
    assert.ok(f(Role.ROLE_EXECUTOR, 10n, 5n) > f(Role.ROLE_VALIDATOR, 8n, 5n));
    assert.ok(f(Role.ROLE_VALIDATOR, 8n, 5n) > f(Role.ROLE_EMITTER, 5n, 5n));
  });
});

describe("property: slash amount and split", () => {
  it("B10: is the ceiling, at least one unit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: one }), value, (f, base) => {
        const got = slashAmount(dec(f), amount(base));
        const exact = f * base;
        const ceiling = exact === 0n ? 0n : (exact - 1n) / one + 1n;
        assert.equal(got, ceiling > 1n ? ceiling : 1n);
        assert.ok(got <= (base > 1n ? base : 1n));
      }),
      { numRuns: 2_000 },
    );
  });

  it("Z5: the parts are the whole: bounty and burned are floored, the pool gains the rest", () => {
    const share = fc.bigInt({ min: 0n, max: one });
    fc.assert(
      fc.property(
        value,
        share,
        fc.bigInt({ min: 0n, max: one / 20n }),
        (taken, toPool, bountyShare) => {
          const { bounty, pool, burned } = splitOf(amount(taken), dec(toPool), dec(bountyShare));
          assert.equal(bounty + pool + burned, taken);
          assert.ok(bounty >= 0n && pool >= 0n && burned >= 0n);
          assert.ok(bounty * one <= taken * bountyShare);
          const rest = taken - bounty;
          assert.ok(pool * one >= rest * toPool && pool * one - rest * toPool < one);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("an early exit costs the rate of what remains, rounded up, never more than the rate", () => {
    const ms = fc.bigInt({ min: 1n, max: 10n ** 12n });
    fc.assert(
      fc.property(
        value,
        fc.bigInt({ min: 0n, max: one }),
        ms,
        ms,
        (of, rate, remaining, committed) => {
          const got = earlyExitPenalty(amount(of), dec(rate), remaining, committed);
          const counted = least(remaining, committed);
          assert.ok(got * committed * one >= of * rate * counted);
          assert.ok(got === 0n || (got - 1n) * committed * one < of * rate * counted);
          assert.ok(got <= of);
        },
      ),
      { numRuns: 2_000 },
    );
    assert.equal(earlyExitPenalty(amount(100n), dec(one), 0n, 5n), 0n);
    assert.equal(earlyExitPenalty(amount(100n), dec(one), -1n, 5n), 0n);
  });

  it("jail doubles with each repeat up to its cap, for any number of repeats", () => {
    const week = 604_800_000n;
    assert.equal(jailLength(600_000n, 0n, week), 600_000n);
    assert.equal(jailLength(600_000n, 9n, week), 307_200_000n);
    assert.equal(jailLength(600_000n, 10n, week), week);
    assert.equal(jailLength(600_000n, 2n ** 63n, week), week);
  });
});

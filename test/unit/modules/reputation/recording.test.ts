import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Address } from "../../../../core/brand.ts";
import type { Ctx } from "../../../../core/context.ts";
import { dec, one } from "../../../../core/math/dec.ts";
import { amount } from "../../../../core/math/integers.ts";
import { Role } from "../../../../modules/registry/index.ts";
import * as reputation from "../../../../modules/reputation/index.ts";
import { bonded } from "../../../../modules/staking/index.ts";
import { genesisMs } from "../../../support/ctx.ts";
import { broken } from "../../../support/moduleCalls.ts";
import { epochMs, nodeAt, nodesWorld, service, taskKey } from "../../../support/nodes.ts";

const node = nodeAt(1);
const place = { node, service };
const work = { ...place, role: Role.ROLE_EXECUTOR, key: taskKey };
const halfLifeEpochs = 720n;
const { ROLE_VALIDATOR } = Role;

const performanceAt = (ctx: Ctx): bigint => reputation.performance(ctx, work);
const fault = (fraction: bigint, taken = 5n) => ({
  ...place,
  fraction: dec(fraction),
  amount: amount(taken),
});
const incidentsAt = (ctx: Ctx) => {
  const { incidents } = reputation.breakdown(ctx, place);
  assert.ok(incidents !== undefined);
  return incidents;
};

describe("reputation: recording", () => {
  it("a newcomer has rep 1/3, P 1/3 and no incidents", () => {
    const ctx = nodesWorld([]).at();
    const { counters, repService, incidentFactor, repeats } = reputation.breakdown(ctx, place);
    assert.deepEqual(counters, []);
    assert.deepEqual([repService, incidentFactor, repeats], [`${one / 3n}`, `${one}`, 0n]);
    assert.equal(performanceAt(ctx), one / 3n);
  });

  it("X17: successes and failures count from the next epoch on", () => {
    const world = nodesWorld([]);
    const now = world.atEpoch(5n);
    reputation.recordSuccess(now, { ...work, weight: dec(4n * one) });
    assert.equal(performanceAt(now), one / 3n);
    reputation.recordFailure(now, { ...work, weight: dec(2n * one) });
    reputation.recordContentFault(now, fault(one));
    assert.equal(performanceAt(now), one / 3n);
    assert.equal(reputation.incidentFactor(now, place), one);
    assert.equal(incidentsAt(now).load, `${4n * one}`);

    const next = world.atEpoch(6n);
    const { counters, repService } = reputation.breakdown(next, place);
    const [counter] = counters;
    assert.ok(counter !== undefined && BigInt(counter.successes) < 4n * one);
    assert.ok(BigInt(counter.successes) > (399n * one) / 100n);
    assert.ok(performanceAt(next) > one / 3n && BigInt(repService) > one / 3n);
    assert.ok(reputation.incidentFactor(next, place) < one / 4n);
  });

  it("a record touched late in an epoch keeps what stood there when the epoch began", () => {
    const world = nodesWorld([]);
    reputation.recordSuccess(world.atEpoch(1n), { ...work, weight: dec(4n * one) });
    const before = performanceAt(world.atEpoch(1n + halfLifeEpochs));
    const late = world.at({ timeMs: genesisMs + (2n + halfLifeEpochs) * epochMs - 1n });
    reputation.recordFailure(late, { ...work, weight: dec(16n * one) });
    assert.equal(performanceAt(late), before);
    assert.equal(performanceAt(world.atEpoch(1n + halfLifeEpochs)), before);
    assert.ok(performanceAt(world.atEpoch(2n + halfLifeEpochs)) < before / 2n);
  });

  it("all values halve in a half-life, counted to the start of the epoch", () => {
    const world = nodesWorld([]);
    const first = world.atEpoch(3n);
    reputation.recordSuccess(first, { ...work, weight: dec(3n * one) });
    reputation.recordFailure(first, { ...work, weight: dec(one) });
    reputation.recordContentFault(first, fault(one / 2n));
    reputation.recordGoodSeat(first, place);
    const end = genesisMs + (4n + halfLifeEpochs) * epochMs - 1n;
    const { counters, incidents } = reputation.breakdown(world.at({ timeMs: end }), place);
    assert.equal(counters[0]?.successes, `${(3n * one) / 2n}`);
    assert.equal(counters[0]?.failures, `${one / 2n}`);
    assert.equal(incidents?.load, `${one}`);
    assert.equal(incidents.goodSeats, `${one / 2n}`);
    assert.equal(incidents.successes, `${(3n * one) / 2n}`);
    assert.equal(incidents.slashedTotal, "5");
  });

  it("reading and the turn of an epoch write nothing", () => {
    const world = nodesWorld([]);
    reputation.recordSuccess(world.at(), { ...work, weight: dec(one) });
    const before = world.store.dump();
    for (const epoch of [0n, 1n, 1_000n]) {
      const ctx = world.atEpoch(epoch);
      performanceAt(ctx);
      reputation.breakdown(ctx, place);
      reputation.repeats(ctx, node, service);
    }
    assert.deepEqual(world.store.dump(), before);
  });

  it("rep_service is over the sums of all roles and keys, P over its own", () => {
    const world = nodesWorld([]);
    const now = world.at();
    reputation.recordSuccess(now, { ...work, role: ROLE_VALIDATOR, weight: dec(4n * one) });
    reputation.recordSuccess(now, { ...work, key: "later", weight: dec(3n * one) });
    reputation.recordFailure(now, { ...work, weight: dec(2n * one) });
    const { counters, repService } = reputation.breakdown(now, place);
    assert.equal(counters.length, 3);
    assert.equal(repService, `${(8n * one * one) / (12n * one)}`);
    assert.deepEqual(broken(reputation.reputationModule, now), []);
  });

  it("X7: a new bond starts with L = 2, an old and heavier load stays", () => {
    const world = nodesWorld([]);
    const ctx = world.at();
    bonded.run(ctx, place);
    assert.equal(incidentsAt(ctx).load, `${2n * one}`);
    reputation.recordContentFault(ctx, fault(one));
    assert.equal(incidentsAt(ctx).load, `${6n * one}`);
    bonded.run(ctx, place);
    assert.equal(incidentsAt(ctx).load, `${6n * one}`);
    const later = world.atEpoch(2n * halfLifeEpochs);
    assert.equal(incidentsAt(later).load, `${(3n * one) / 2n}`);
    bonded.run(later, place);
    assert.equal(incidentsAt(later).load, `${2n * one}`);
    assert.equal(incidentsAt(later).count, 1n);
  });

  it("X7: a proven node that stays after any one fault weighs more than its return as a newcomer", () => {
    for (let hundredths = 1n; hundredths <= 100n; hundredths++) {
      const world = nodesWorld([]);
      const start = world.at();
      for (let i = 0; i < 30; i++)
        reputation.recordSuccess(start, { ...work, weight: dec(4n * one) });
      const fraction = (hundredths * one) / 100n;
      reputation.recordContentFault(start, fault(fraction));
      reputation.recordFailure(start, { ...work, weight: dec(16n * one) });
      const other = nodeAt(2);
      bonded.run(start, { node: other, service });
      const next = world.atEpoch(1n);
      const factor = (who: Address): bigint => {
        const p = reputation.performance(next, { ...work, node: who });
        return ((p * p) / one) * reputation.incidentFactor(next, { service, node: who });
      };
      assert.ok(factor(node) > factor(other), `f = ${hundredths} %`);
    }
  });

  it("fault records: total, count, height and times", () => {
    const world = nodesWorld([]);
    for (let i = 0n; i < 40n; i++) {
      const ctx = world.at({ height: (10n + i) as never, timeMs: genesisMs + i });
      reputation.recordContentFault(ctx, fault(one / 4n, 7n));
    }
    const { slashedTotal, count, lastHeight, recentMs } = incidentsAt(world.at());
    assert.deepEqual([slashedTotal, count, lastHeight], ["280", 40n, 49n]);
    assert.equal(recentMs.length, 32);
    assert.deepEqual([recentMs[0], recentMs.at(-1)], [genesisMs + 8n, genesisMs + 39n]);
  });

  it("C8: no fault ever raises a score, now or in the epochs after", () => {
    const weight = fc.bigInt({ min: 1n, max: 16n * one });
    const step = fc.record({
      gap: fc.nat(900),
      kind: fc.constantFrom("success", "failure", "fault", "seat", "bond"),
      weight,
    });
    const scores = (ctx: Ctx): bigint[] => [
      performanceAt(ctx),
      reputation.incidentFactor(ctx, place),
      BigInt(reputation.breakdown(ctx, place).repService),
      -reputation.repeats(ctx, node, service),
    ];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), weight, fc.nat(2_000), (steps, w, later) => {
        const [clean, faulty] = [nodesWorld([]), nodesWorld([])];
        let epoch = 0n;
        for (const { gap, kind, weight: size } of steps) {
          epoch += BigInt(gap);
          for (const world of [clean, faulty]) {
            const ctx = world.atEpoch(epoch);
            if (kind === "success") reputation.recordSuccess(ctx, { ...work, weight: dec(size) });
            if (kind === "failure") reputation.recordFailure(ctx, { ...work, weight: dec(size) });
            if (kind === "fault") reputation.recordContentFault(ctx, fault(size / 16n));
            if (kind === "seat") reputation.recordGoodSeat(ctx, place);
            if (kind === "bond") bonded.run(ctx, place);
          }
        }
        const ctx = faulty.atEpoch(epoch);
        reputation.recordFailure(ctx, { ...work, weight: dec(w) });
        reputation.recordContentFault(ctx, fault(w / 16n + 1n));
        for (const at of [epoch, epoch + 1n, epoch + BigInt(later)]) {
          const wanted = scores(clean.atEpoch(at));
          for (const [i, score] of scores(faulty.atEpoch(at)).entries())
            assert.ok(score <= (wanted[i] ?? 0n), `score ${i}: ${score} above ${wanted[i]}`);
        }
        assert.deepEqual(broken(reputation.reputationModule, ctx), []);
      }),
      { numRuns: 150 },
    );
  });
});

describe("reputation: repeats", () => {
  const world = nodesWorld([]);
  it("count every content fault of the last 30 days when no seat was good", () => {
    const ctx = world.at();
    assert.equal(reputation.repeats(ctx, node, service), 0n);
    for (let r = 1n; r <= 6n; r++) {
      reputation.recordContentFault(ctx, fault(one / 2n));
      assert.equal(reputation.repeats(ctx, node, service), r);
    }
    const day = 86_400_000n;
    const at = (timeMs: bigint): bigint => reputation.repeats(world.at({ timeMs }), node, service);
    assert.equal(at(genesisMs + 30n * day - 1n), 6n);
    assert.equal(at(genesisMs + 30n * day), 0n);
  });

  it("one per 500 good seats is free, 27 at the most", () => {
    const at = nodesWorld([]).at();
    for (let i = 0; i < 499; i++) reputation.recordGoodSeat(at, place);
    reputation.recordContentFault(at, fault(one));
    assert.equal(reputation.repeats(at, node, service), 1n);
    reputation.recordGoodSeat(at, place);
    assert.equal(reputation.repeats(at, node, service), 0n);
    reputation.recordContentFault(at, fault(one));
    assert.equal(reputation.repeats(at, node, service), 1n);
    for (let i = 0; i < 500 * 40; i++) reputation.recordGoodSeat(at, place);
    for (let i = 0; i < 40; i++) reputation.recordContentFault(at, fault(one));
    assert.equal(reputation.repeats(at, node, service), 5n);
  });
});

describe("reputation: weight of a fee", () => {
  it("is 1 at the least, grows with log2 and ends at 4", () => {
    const cases = [
      [0n, one],
      [1n, one],
      [2n, one + one / 8n],
      [255n, one + (7n * one) / 8n],
      [256n, 2n * one],
      [2n ** 24n - 1n, one + (23n * one) / 8n],
      [2n ** 24n, 4n * one],
      [2n ** 128n - 1n, 4n * one],
    ] as const;
    for (const [fee, wanted] of cases) assert.equal(reputation.feeWeight(amount(fee)), wanted);
  });
});

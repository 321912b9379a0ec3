import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareAscii, compareBytes } from "../../../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../../../core/context.ts";
import { bytesOfAddress } from "../../../../core/crypto/address.ts";
import { dec, one } from "../../../../core/math/dec.ts";
import { noteWork } from "../../../../modules/clock/index.ts";
import { Role } from "../../../../modules/registry/index.ts";
import * as reputation from "../../../../modules/reputation/index.ts";
import { candidates, couldFill, reasons, type Table } from "../../../../modules/selection/index.ts";
import { BondStatus } from "../../../../modules/staking/index.ts";
import { genesisMs } from "../../../support/ctx.ts";
import {
  epochMs,
  minBond,
  nodeAt,
  nodesWorld,
  oneAssay,
  service,
  taskKey,
  version,
  type NodeSeed,
} from "../../../support/nodes.ts";

const { ROLE_EXECUTOR, ROLE_VALIDATOR } = Role;
const key = { service, version, taskKey, role: ROLE_EXECUTOR };
const tableOf = (ctx: ReadCtx, changes: object = {}): Table =>
  candidates(ctx, { ...key, ...changes });
const names = (table: Table): string[] => table.candidates.map(({ node }) => node);
const filtered = (table: Table): Record<string, number> =>
  Object.fromEntries(table.filtered.map(({ reason, count }) => [reason, count]));

describe("selection: eligibility", () => {
  const good = nodeAt(0);
  const cases: readonly (readonly [string, Omit<NodeSeed, "node">])[] = [
    ["leaving", { status: BondStatus.BOND_STATUS_LEAVING }],
    ["jailed", { status: BondStatus.BOND_STATUS_JAILED }],
    ["not yet active", { activeFromEpoch: 1n }],
    ["slash held", { heldSlashes: 1 }],
    ["missing", { missing: true }],
    ["other role", { roles: [ROLE_VALIDATOR] }],
    ["below minimum bond", { amount: (minBond * 4n) / 5n - 1n, capacity: 1 }],
    ["at capacity", { capacity: 2, openSeats: 2 }],
    ["no instance", { version: undefined }],
    ["no instance", { version: "1.0.1" }],
  ];
  for (const [reason, seed] of cases) {
    it(`leaves out a node that is ${reason}: ${Object.keys(seed).join(", ")}`, () => {
      const world = nodesWorld([{ node: good }, { node: nodeAt(1), ...seed }]);
      const table = tableOf(world.at());
      assert.deepEqual(names(table), [good]);
      assert.deepEqual(filtered(table), { [reason]: 1 });
    });
  }

  it("leaves out a node without a sign of life for two slots, and takes it until then", () => {
    const world = nodesWorld([{ node: good, lastSlot: 3n }, { node: nodeAt(1) }]);
    const slotMs = 21_600_000n;
    const atSlot = (slot: bigint): Ctx => world.at({ timeMs: genesisMs + slot * slotMs });
    for (const slot of [1n, 2n]) {
      assert.equal(tableOf(atSlot(slot)).candidates.length, 2);
      noteWork(atSlot(slot));
    }
    assert.deepEqual(names(tableOf(atSlot(3n))), [good]);
    assert.deepEqual(filtered(tableOf(atSlot(3n))), { "lease lapsed": 1 });
  });

  it("takes a node at each bound: 80 % of min_bond, one free seat", () => {
    const world = nodesWorld([
      { node: nodeAt(1), amount: (minBond * 4n) / 5n, capacity: 1 },
      { node: nodeAt(2), capacity: 2, openSeats: 1 },
    ]);
    assert.equal(tableOf(world.at()).candidates.length, 2);
  });

  it("gives a slashed bond no more seats than its stake backs now", () => {
    const world = nodesWorld([{ node: nodeAt(1), amount: minBond, capacity: 64, openSeats: 4 }]);
    assert.deepEqual(filtered(tableOf(world.at())), { "at capacity": 1 });
  });

  it("counts one reason per node, in a fixed order", () => {
    const everything: Omit<NodeSeed, "node"> = {
      status: BondStatus.BOND_STATUS_JAILED,
      missing: true,
      heldSlashes: 1,
      version: undefined,
    };
    const world = nodesWorld([
      { node: nodeAt(1), ...everything },
      { node: nodeAt(2), missing: true, version: undefined },
      { node: nodeAt(3), version: undefined },
      { node: nodeAt(4), version: undefined },
    ]);
    const table = tableOf(world.at());
    assert.deepEqual(table.filtered, [
      { reason: "jailed", count: 1 },
      { reason: "missing", count: 1 },
      { reason: "no instance", count: 2 },
    ]);
    const order = table.filtered.map(({ reason }) => reasons.indexOf(reason));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  it("refuses an unknown release and an unknown task", () => {
    const ctx = nodesWorld([]).at();
    assert.throws(() => tableOf(ctx, { version: "9.9.9" }), { codespace: "selection", code: 2 });
    assert.throws(() => tableOf(ctx, { taskKey: "other" }), { codespace: "selection", code: 3 });
  });

  it("leaves everybody out when the input is too large", () => {
    const world = nodesWorld([{ node: nodeAt(1) }, { node: nodeAt(2) }]);
    assert.equal(tableOf(world.at(), { inputSize: 1_000n }).candidates.length, 2);
    const table = tableOf(world.at(), { inputSize: 1_001n });
    assert.deepEqual([table.candidates, table.total], [[], 0n]);
    assert.deepEqual(filtered(table), { "input too large": 2 });
  });
});

describe("selection: table", () => {
  const seeds = Array.from({ length: 20 }, (_, i): NodeSeed => ({
    node: nodeAt(i),
    amount: BigInt(i + 1) * oneAssay,
    successes: BigInt(i) * one,
    failures: BigInt(i % 3) * one,
    load: (BigInt(i % 4) * one) / 2n,
    committedUntilMs: genesisMs + BigInt(i) * 10n * 86_400_000n,
    openSeats: i % 4,
  }));

  it("is in the byte order of the addresses, whatever their text is", () => {
    const table = tableOf(nodesWorld(seeds).at());
    const order = [...names(table)].sort((a, b) =>
      compareBytes(bytesOfAddress(a as never), bytesOfAddress(b as never)),
    );
    assert.deepEqual(names(table), order);
    assert.notDeepEqual(order, [...order].sort(compareAscii));
  });

  it("shows every factor that staking and reputation give", () => {
    const world = nodesWorld(seeds);
    const ctx = world.atEpoch(30n);
    const table = tableOf(ctx, { role: ROLE_VALIDATOR });
    assert.equal(table.candidates.length, 20);
    for (const candidate of table.candidates) {
      const { node } = candidate;
      const i = seeds.findIndex((seed) => seed.node === node);
      const place = { node, service };
      const work = { ...place, role: ROLE_VALIDATOR, key: taskKey };
      assert.equal(candidate.stake, BigInt(i + 1) * oneAssay);
      assert.equal(candidate.performance, reputation.performance(ctx, work));
      assert.equal(candidate.incidents, reputation.incidentFactor(ctx, place));
      assert.equal(candidate.load, (one * 4n) / BigInt(4 + (i % 4)));
      const weight = [
        candidate.commitment,
        (candidate.performance * candidate.performance) / one,
        candidate.incidents,
        candidate.uptime,
        candidate.load,
      ].reduce<bigint>((w, factor) => (w * factor) / one, candidate.stake * one);
      assert.equal(candidate.weight, weight);
    }
    assert.equal(
      table.total,
      table.candidates.reduce((sum, { drawnWeight }) => sum + drawnWeight, 0n),
    );
  });

  it("C counts from the start of the epoch: within one it rests", () => {
    const committedUntilMs = genesisMs + 90n * 86_400_000n;
    const world = nodesWorld([{ node: nodeAt(1), committedUntilMs }]);
    const commitment = (sinceGenesisMs: bigint): bigint | undefined =>
      tableOf(world.at({ timeMs: genesisMs + sinceGenesisMs })).candidates[0]?.commitment;
    const ofRemaining = (ms: bigint): bigint => one + (ms * one) / (180n * 86_400_000n) / 2n;
    assert.equal(commitment(0n), ofRemaining(90n * 86_400_000n));
    assert.equal(commitment(epochMs - 1n), commitment(0n));
    assert.equal(commitment(epochMs), ofRemaining(90n * 86_400_000n - epochMs));
    assert.equal(commitment(epochMs + 1n), commitment(epochMs));
  });

  it("X17: new and added stake count from the next epoch, a slash at once", () => {
    const world = nodesWorld([
      { node: nodeAt(1), activeFromEpoch: 6n, changedEpoch: 5n, amountBefore: 0n },
      { node: nodeAt(2), amount: 50n * oneAssay, amountBefore: 20n * oneAssay, changedEpoch: 5n },
      { node: nodeAt(3), amount: 10n * oneAssay, amountBefore: 20n * oneAssay, changedEpoch: 5n },
    ]);
    const stakes = (epoch: bigint): Map<string, bigint> =>
      new Map(
        tableOf(world.atEpoch(epoch)).candidates.map(({ node, stake }) => [node, stake] as const),
      );
    const now = stakes(5n);
    assert.equal(now.get(nodeAt(1)), undefined);
    assert.equal(now.get(nodeAt(2)), 20n * oneAssay);
    assert.equal(now.get(nodeAt(3)), 10n * oneAssay);
    const next = stakes(6n);
    assert.equal(next.get(nodeAt(1)), 100n * oneAssay);
    assert.equal(next.get(nodeAt(2)), 50n * oneAssay);
  });

  it("X17: a bond or an instance made after the request is not seen, one of its height is", () => {
    const world = nodesWorld([
      { node: nodeAt(1), bondedHeight: 50n },
      { node: nodeAt(2), bondedHeight: 51n },
      { node: nodeAt(3), announcedHeight: 51n },
      { node: nodeAt(4), announcedHeight: 50n },
    ]);
    const table = tableOf(world.at(), { notAfterHeight: 50n });
    assert.deepEqual(new Set(names(table)), new Set([nodeAt(1), nodeAt(4)]));
    assert.deepEqual(filtered(table), { "after the request": 2 });
  });

  it("takes the mean before the requester's exclusions", () => {
    const world = nodesWorld(seeds);
    const whole = tableOf(world.at());
    const requester = nodeAt(19);
    const table = tableOf(world.at(), { requester, notAfterHeight: 0n });
    assert.equal(table.mean, whole.mean);
    assert.deepEqual(
      table.candidates,
      whole.candidates.filter(({ node }) => node !== requester),
    );
    assert.deepEqual(filtered(table), { "own node": 1 });
    assert.ok(table.total < whole.total);
  });

  it("a change of reputation within the epoch changes no table of the epoch", () => {
    const world = nodesWorld(seeds);
    const before = tableOf(world.atEpoch(3n));
    const ctx = world.atEpoch(3n);
    const place = { node: nodeAt(7), service };
    const work = { ...place, role: ROLE_EXECUTOR, key: taskKey };
    reputation.recordFailure(ctx, { ...work, weight: dec(16n * one) });
    assert.deepEqual(tableOf(world.atEpoch(3n)), before);
    assert.notDeepEqual(tableOf(world.atEpoch(4n)).candidates, before.candidates);
  });
});

describe("selection: could a request be filled", () => {
  const ask = (seeds: readonly NodeSeed[], count: number, requester?: string): boolean =>
    couldFill(nodesWorld(seeds).at(), {
      ...{ service, version, count },
      ...(requester === undefined ? {} : { requester: requester as never }),
    });
  const both = (i: number): NodeSeed => ({ node: nodeAt(i) });

  it("needs 1 + N owners, one of them an executor, N of them validators", () => {
    assert.equal(ask([both(1), both(2)], 1), true);
    assert.equal(ask([both(1), both(2)], 2), false);
    assert.equal(ask([both(1)], 0), true);
    assert.equal(ask([], 0), false);
    const validator = { node: nodeAt(3), roles: [ROLE_VALIDATOR] };
    const executor = { node: nodeAt(4), roles: [ROLE_EXECUTOR] };
    assert.equal(ask([validator], 0), false);
    assert.equal(ask([executor], 1), false);
    assert.equal(ask([executor, validator], 1), true);
    assert.equal(ask([executor, { ...executor, node: nodeAt(5) }, validator], 2), false);
  });

  it("leaves the requester's own node out and counts a bond of the next epoch", () => {
    assert.equal(ask([both(1), both(2)], 1, nodeAt(1)), false);
    assert.equal(ask([both(1), { ...both(2), activeFromEpoch: 1n }], 1), true);
    assert.equal(ask([both(1), { ...both(2), activeFromEpoch: 2n }], 1), false);
    assert.equal(ask([both(1), { ...both(2), missing: true }], 1), false);
  });

  it("stops at the first bonds that suffice", () => {
    const world = nodesWorld(Array.from({ length: 300 }, (_, i) => both(i)));
    const gas = (count: number): bigint => {
      const ctx = world.at();
      assert.equal(couldFill(ctx, { service, version, count }), true);
      return ctx.gas.used;
    };
    assert.ok(gas(250) > 30n * gas(2));
  });
});

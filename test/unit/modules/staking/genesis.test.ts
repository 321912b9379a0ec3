import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { amount } from "../../../../core/math/integers.ts";
import * as clock from "../../../../modules/clock/index.ts";
import { registryModule } from "../../../../modules/registry/index.ts";
import {
  defaultParams,
  stakingModule,
  type GenesisState,
  type Params,
} from "../../../../modules/staking/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import { testWorld } from "../../../support/ctx.ts";
import { exportGenesis, genesisFaults, initGenesis } from "../../../support/moduleCalls.ts";
import { emptyRegistry, emptyStaking, type Chain } from "../registry/world.ts";
import { bondedWorld, bondMsg, day, miss, name, slash, type StakingWorld } from "./world.ts";

/** A bond with two unbondings, one of which waits for a seat, a leaving one, faults and a tombstone. */
function lived(): StakingWorld {
  const world = bondedWorld();
  const { on, node, operator, author } = world;
  on.send("MsgAddBond", { owner: node.address, service: name, amount: "1000", capacity: 0 });
  on.send("MsgBond", bondMsg(world, { owner: operator.address }));
  on.send("MsgBond", bondMsg(world, { owner: author.address }));
  on.next(2n * day);
  on.send("MsgUnbond", { owner: node.address, service: name, amount: "10" });
  on.run((own) => staking.takeSeat(own, name, node.address));
  on.next();
  on.send("MsgUnbond", { owner: node.address, service: name, amount: "20" });
  on.send("MsgUnbond", { owner: operator.address, service: name, amount: "0" });
  slash(world, 500n);
  miss(world, 7n, 2);
  on.run((own) => staking.tombstone(own, name, author.address));
  return world;
}

const decode = (bytes: Uint8Array): GenesisState => {
  const codec = stakingModule.genesis?.codec;
  assert.ok(codec !== undefined);
  return codec.decode(bytes) as GenesisState;
};
const exported = (on: Chain): GenesisState => decode(exportGenesis(stakingModule, on.ctx));

describe("staking: genesis", () => {
  it("export, init and export give equal bytes and an equal store", () => {
    const { on } = lived();
    const bytes = exportGenesis(stakingModule, on.ctx);
    const other = testWorld();
    initGenesis(clock.clockModule, other.at(), { params: clock.defaultParams, state: undefined });
    initGenesis(registryModule, other.at(), emptyRegistry());
    initGenesis(stakingModule, other.at(), decode(bytes));
    assert.deepEqual(exportGenesis(stakingModule, other.at()), bytes);
    const mine = (world: typeof other): [string, Uint8Array][] =>
      [...world.store.dump()].filter(([key]) => key.startsWith("staking/"));
    assert.deepEqual(mine(other), mine(on.world));
  });

  it("holds the names of its services", () => {
    const { on } = lived();
    const other = testWorld();
    initGenesis(registryModule, other.at(), decodeRegistry(on));
    initGenesis(stakingModule, other.at(), exported(on));
    const holds = [...other.store.dump()].filter(([key]) => key === `registry/\u000e${name}`);
    assert.deepEqual(holds, [[`registry/\u000e${name}`, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3)]]);
  });

  it("names every fault", () => {
    const good = exported(lived().on);
    const [bond] = good.bonds;
    const [life] = good.lives;
    assert.ok(bond !== undefined && life !== undefined);
    const faulty: [Partial<GenesisState>, RegExp][] = [
      [{ bonds: [...good.bonds, bond] }, /\/bonds\/3: expected each once/],
      [{ bonds: [{ ...bond, service: "x" }] }, /service: expected a name/],
      [{ bonds: [{ ...bond, capacity: 0 }] }, /capacity: expected 1..64, got 0/],
      [{ bonds: [{ ...bond, commitmentMs: 0n }] }, /commitment_ms/],
      [{ bonds: good.bonds.map((one) => ({ ...one, openSeats: 0 })) }, /wait for open seats only/],
      [
        { jails: [{ service: bond.service, node: bond.node, untilMs: 1n }] },
        /\/jails\/0: expected one without a bond/,
      ],
      [{ lives: [] }, /\/lives: expected one of/],
      [{ lives: [...good.lives.slice(1), { ...life, bonds: 2 }] }, /bonds: expected 1, got 2/],
      [{ book: { ...good.book, withdrawn: amount(1n) } }, /\/book: deposited: expected/],
    ];
    for (const [change, text] of faulty) {
      const faults = genesisFaults(stakingModule, { ...good, ...change });
      assert.match(faults.map((one) => `${one.pointer}: ${one.text}`).join("\n"), text);
    }
    assert.deepEqual(genesisFaults(stakingModule, good), []);
  });

  it("keeps each parameter at -1, 0 and +1 of its bounds", () => {
    const year = 31_536_000_000n;
    const bounds: [keyof Params, bigint, bigint][] = [
      ["minBond", 1n, 10n ** 30n],
      ["minCommitmentMs", 1_000n, 10n * year],
      ["unbondingMs", 10_000n, year],
      ["jailMs", 1_000n, 7n * day],
      ["maxJailMs", 600_000n, year],
      ["earlyExitPenalty", 0n, 10n ** 18n],
      ["slashToPool", 0n, 10n ** 18n],
      ["leaseSlots", 1n, 28n],
      ["duePerBlock", 1n, 10_000n],
    ];
    for (const [key, low, high] of bounds) {
      for (const [value, faults] of [
        [low - 1n, 1],
        [low, 0],
        [high, 0],
        [high + 1n, 1],
      ] as const) {
        if (value < 0n) continue;
        const typed = typeof defaultParams[key] === "number" ? Number(value) : value;
        const found = genesisFaults(
          stakingModule,
          emptyStaking({ [key]: typed } as Partial<Params>),
        );
        const own = found.filter(
          ({ pointer }) => key === "maxJailMs" || !pointer.endsWith("max_jail_ms"),
        );
        assert.equal(own.length, faults, `${key} ${value}`);
      }
    }
    assert.equal(genesisFaults(stakingModule, emptyStaking({ denom: "1" })).length, 1);
  });

  it("bonds of genesis count from epoch 0 with what they had before", () => {
    const world = testWorld();
    initGenesis(clock.clockModule, world.at(), { params: clock.defaultParams, state: undefined });
    initGenesis(registryModule, world.at(), emptyRegistry());
    const good = exported(bondedWorld().on);
    const bonds = good.bonds.map((one) => ({
      ...one,
      activeFromEpoch: 0n,
      amountBefore: one.amount,
    }));
    initGenesis(stakingModule, world.at(), { ...good, bonds });
    const [bond] = [...staking.bondsOfService(world.at(), name)];
    assert.ok(bond !== undefined);
    assert.equal(staking.countingStake(world.at(), bond), 100_000_000n);
  });
});

describe("staking: invariants", () => {
  it("see planted damage", () => {
    const { on } = lived();
    assert.deepEqual(on.broken(), []);
    const good = exported(on);
    const plant = (change: Partial<GenesisState>): string[] => {
      const world = testWorld();
      initGenesis(clock.clockModule, world.at(), { params: clock.defaultParams, state: undefined });
      initGenesis(registryModule, world.at(), emptyRegistry());
      stakingModule.genesis?.init(world.at(), { ...good, ...change });
      return Object.entries(stakingModule.invariants ?? {}).flatMap(([key, check]) =>
        check(world.at()) === undefined ? [] : [key],
      );
    };
    assert.deepEqual(plant({}), ["stakeIsHeld"]);
    assert.deepEqual(plant({ book: { ...good.book, slashed: amount(0n) } }), [
      "bookBalances",
      "stakeIsHeld",
    ]);
    assert.deepEqual(plant({ lives: good.lives.slice(1) }), ["stakeIsHeld", "livesCountBonds"]);
    const over = good.bonds.map((one) => ({ ...one, capacity: 65 }));
    assert.deepEqual(plant({ bonds: over }), ["stakeIsHeld", "bondsAreWithinLimits"]);
  });
});

function decodeRegistry(on: Chain): unknown {
  return registryModule.genesis?.codec.decode(exportGenesis(registryModule, on.ctx));
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import * as bank from "../../../../modules/bank/index.ts";
import { stakingModule, type GenesisState } from "../../../../modules/staking/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import { denom, person } from "../registry/world.ts";
import {
  bondedWorld,
  bondMsg,
  bondOf,
  day,
  epochMs,
  miss,
  name,
  slash,
  stake,
  stakingWorld,
} from "./world.ts";

const pool = moduleAddress("community_pool");
const { BOND_STATUS_ACTIVE, BOND_STATUS_JAILED, BOND_STATUS_LEAVING } = staking.BondStatus;

describe("staking: slash", () => {
  it("Z5: burns 80 % and gives the pool the rest with the remainder", () => {
    const world = bondedWorld();
    const { on, node } = world;
    const supply = bank.supply(on.ctx, denom);
    assert.equal(slash(world, 1_003n), 1_003n);
    assert.equal(supply - bank.supply(on.ctx, denom), 802n);
    assert.equal(on.balance(pool), 201n);
    const bond = bondOf(world, node);
    assert.equal(bond.amount, stake - 1_003n);
    assert.equal(bond.slashedTotal, 1_003n);
    assert.equal(staking.totalBonded(on.ctx), stake - 1_003n);
    assert.deepEqual(on.events("slashed"), [
      {
        service: name,
        node: node.address,
        amount: "1003",
        reason: "output disproved",
        fault: "01".repeat(32),
      },
    ]);
    assert.deepEqual(on.broken(), []);
  });

  it("Z5: pays a bounty of at most 5 % out of it, and none to the node itself", () => {
    const world = bondedWorld();
    const { on, node } = world;
    const reporter = person(on, "reporter", 0n).address;
    const share = 5n * 10n ** 16n;
    slash(world, 1_000n, { id: 1, bounty: { to: reporter, share } });
    assert.equal(on.balance(reporter), 50n);
    assert.equal(on.balance(pool), 190n);
    const before = on.balance(node.address);
    slash(world, 1_000n, { id: 2, bounty: { to: node.address, share } });
    assert.equal(on.balance(node.address), before);
    assert.throws(
      () => slash(world, 1n, { id: 3, bounty: { to: reporter, share: share + 1n } }),
      /bounty/,
    );
    assert.deepEqual(on.broken(), []);
  });

  it("C5: one fault id slashes once, for unbonding_ms", () => {
    const world = bondedWorld();
    const { on } = world;
    assert.equal(slash(world, 10n), 10n);
    assert.equal(slash(world, 10n), 0n);
    assert.equal(miss(world, 10n), 0n);
    assert.equal(bondOf(world, world.node).missing, false);
    on.next(21n * day - 1n);
    on.next(0n);
    assert.equal(slash(world, 10n), 0n);
    on.next(1n);
    on.next(0n);
    assert.equal(slash(world, 10n), 10n);
    assert.deepEqual(on.broken(), []);
  });

  it("C5: the same id of two nodes is two faults", () => {
    const world = bondedWorld();
    const other = { ...world, node: world.operator };
    world.on.send("MsgBond", bondMsg(world, { owner: world.operator.address }));
    assert.equal(slash(world, 10n), 10n);
    assert.equal(slash(other, 10n), 10n);
  });

  it("X20, B26: takes at most what is there, and the bond ends with its last seat", () => {
    const world = bondedWorld();
    const { on, node } = world;
    on.run((own) => staking.takeSeat(own, name, node.address));
    assert.equal(slash(world, stake * 1_000n), stake);
    assert.equal(bondOf(world, node).status, BOND_STATUS_LEAVING);
    assert.equal(slash(world, 5n, { id: 2 }), 0n);
    on.run((own) => staking.jail(own, { service: name, node: node.address, repeats: 0n }));
    on.run((own) => staking.freeSeat(own, name, node.address));
    assert.equal(staking.findBond(on.ctx, name, node.address), undefined);
    assert.equal(slash(world, 5n, { id: 3 }), 0n);
    assert.deepEqual(on.broken(), []);
    on.next(600_000n);
    on.send("MsgBond", bondMsg(world));
    assert.deepEqual(on.broken(), []);
  });

  it("a slash of the whole bond is no way out of jail: no new bond before its end", () => {
    const world = bondedWorld();
    const { on, node } = world;
    on.run((own) => staking.takeSeat(own, name, node.address));
    slash(world, stake);
    on.run((own) => staking.jail(own, { service: name, node: node.address, repeats: 0n }));
    on.run((own) => staking.freeSeat(own, name, node.address));
    on.next(599_999n);
    assert.equal(on.refuse("MsgBond", bondMsg(world)), "staking/23");
    const kept = (): unknown => stakingModule.genesis?.export(on.ctx);
    assert.equal((kept() as GenesisState).jails.length, 1);
    on.next(1n);
    on.send("MsgBond", bondMsg(world));
    assert.equal((kept() as GenesisState).jails.length, 0);
  });

  it("lowers the stake that counts at once, and leaves what an epoch began with for the next", () => {
    const world = bondedWorld();
    const { on, node } = world;
    on.next(epochMs);
    slash(world, 40n);
    const counting = (): bigint => staking.countingStake(on.ctx, bondOf(world, node));
    assert.equal(counting(), stake - 40n);
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "100", capacity: 0 });
    assert.equal(counting(), stake);
    on.next(epochMs);
    assert.equal(counting(), stake + 60n);
  });

  it("keeps a bond eligible down to 80 % of min_bond", () => {
    const world = bondedWorld();
    const minBond = 100_000_000n as staking.Bond["amount"];
    assert.ok(staking.meetsMinBond(bondOf(world, world.node), minBond));
    slash(world, 20_000_000n);
    assert.ok(staking.meetsMinBond(bondOf(world, world.node), minBond));
    slash(world, 1n, { id: 2 });
    assert.ok(!staking.meetsMinBond(bondOf(world, world.node), minBond));
  });

  it("keeps a bond while a slash is held", () => {
    const world = bondedWorld();
    const { on, node } = world;
    on.run((own) => staking.holdSlash(own, name, node.address));
    slash(world, stake);
    assert.equal(bondOf(world, node).heldSlashes, 1);
    on.run((own) => staking.settleSlash(own, name, node.address));
    assert.equal(staking.findBond(on.ctx, name, node.address), undefined);
    assert.throws(
      () => on.run((own) => staking.settleSlash(own, name, node.address)),
      /expected one/,
    );
    assert.deepEqual(on.broken(), []);
  });
});

describe("staking: miss", () => {
  it("costs stake, no jail, and ends with the operator's next post", () => {
    const world = bondedWorld();
    const { on, node } = world;
    assert.equal(miss(world, 100n), 100n);
    const bond = bondOf(world, node);
    assert.equal(bond.missing, true);
    assert.equal(bond.status, BOND_STATUS_ACTIVE);
    assert.equal(on.events("slashed")[0]?.["reason"], "miss");
    on.run((own) => staking.recordPost(own, name, node.address));
    assert.equal(bondOf(world, node).missing, false);
    assert.deepEqual(on.broken(), []);
  });

  it("takes nothing from a bond that is gone", () => {
    const world = stakingWorld();
    assert.equal(miss(world, 100n), 0n);
    assert.deepEqual(world.on.broken(), []);
  });
});

describe("staking: jail and unjail", () => {
  const jail = ({ on, node }: ReturnType<typeof bondedWorld>, repeats: bigint): void =>
    void on.run((own) => staking.jail(own, { service: name, node: node.address, repeats }));

  it("lasts 10 minutes, twice as long with each repeat, at most 7 days", () => {
    for (const [repeats, length] of [
      [0n, 600_000n],
      [1n, 1_200_000n],
      [4n, 9_600_000n],
    ] as const) {
      const world = bondedWorld();
      jail(world, repeats);
      const bond = bondOf(world, world.node);
      assert.equal(bond.status, BOND_STATUS_JAILED);
      assert.equal(bond.jailedUntilMs - world.on.timeMs, length);
    }
    const capped = bondedWorld({ jailMs: 600_000n, maxJailMs: 700_000n });
    jail(capped, 3n);
    assert.equal(bondOf(capped, capped.node).jailedUntilMs - capped.on.timeMs, 700_000n);
  });

  it("never ends earlier by a second one", () => {
    const world = bondedWorld();
    jail(world, 4n);
    jail(world, 0n);
    assert.equal(bondOf(world, world.node).jailedUntilMs - world.on.timeMs, 9_600_000n);
  });

  it("ends by owner or operator when its time is up, at -1 and 0 ms", () => {
    for (const who of ["node", "operator"] as const) {
      const world = bondedWorld();
      const { on, node } = world;
      jail(world, 0n);
      const msg = { signer: world[who].address, node: node.address, service: name };
      on.next(599_999n);
      assert.equal(on.refuse("MsgUnjail", msg), "staking/23");
      on.next(1n);
      on.send("MsgUnjail", msg);
      assert.equal(bondOf(world, node).status, BOND_STATUS_ACTIVE);
      assert.deepEqual(on.events("unjailed"), [{ service: name, node: node.address }]);
      assert.equal(on.refuse("MsgUnjail", msg), "staking/22");
      assert.equal(on.signer("MsgUnjail", msg), world[who].address);
    }
  });

  it("wants enough stake, which may be added in jail", () => {
    const world = bondedWorld();
    const { on, node, author } = world;
    jail(world, 0n);
    slash(world, 20_000_001n);
    on.next(600_000n);
    const msg = { signer: node.address, node: node.address, service: name };
    assert.equal(on.refuse("MsgUnjail", msg), "staking/24");
    assert.equal(on.refuse("MsgUnjail", { ...msg, signer: author.address }), "staking/21");
    assert.equal(on.refuse("MsgUnjail", { ...msg, service: "x" }), "staking/2");
    assert.equal(on.refuse("MsgUnjail", { ...msg, node: author.address }), "staking/17");
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "1", capacity: 0 });
    on.send("MsgUnjail", msg);
  });

  it("X7: a tombstone is for ever, past the end of the bond", () => {
    for (const by of ["repeats", "equivocation"] as const) {
      const world = bondedWorld();
      const { on, node } = world;
      if (by === "repeats") jail(world, 5n);
      else on.run((own) => staking.tombstone(own, name, node.address));
      assert.ok(bondOf(world, node).tombstoned);
      assert.deepEqual(on.events("tombstoned"), [{ service: name, node: node.address }]);
      on.next(8n * day);
      const msg = { signer: node.address, node: node.address, service: name };
      assert.equal(on.refuse("MsgUnjail", msg), "staking/12");
      on.send("MsgUnbond", { owner: node.address, service: name, amount: "0" });
      on.next(21n * day);
      on.next(0n);
      assert.equal(staking.findBond(on.ctx, name, node.address), undefined);
      assert.equal(on.refuse("MsgBond", bondMsg(world)), "staking/12");
      assert.deepEqual(on.broken(), []);
    }
  });

  it("a jailed node may leave and stays slashable; a leaving one stays leaving", () => {
    const world = bondedWorld();
    const { on, node } = world;
    jail(world, 0n);
    on.send("MsgUnbond", { owner: node.address, service: name, amount: "0" });
    assert.equal(bondOf(world, node).status, BOND_STATUS_LEAVING);
    jail(world, 0n);
    on.run((own) => staking.tombstone(own, name, node.address));
    assert.equal(bondOf(world, node).status, BOND_STATUS_LEAVING);
    assert.equal(slash(world, 7n, { height: on.height }), 7n);
    assert.deepEqual(on.broken(), []);
  });
});

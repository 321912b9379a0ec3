import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import * as bank from "../../../../modules/bank/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import { denom } from "../registry/world.ts";
import {
  bondedWorld,
  bondMsg,
  bondOf,
  day,
  name,
  slash,
  stake,
  type StakingWorld,
} from "./world.ts";

const unbondingMs = 21n * day;
const pool = moduleAddress("community_pool");
const take = ({ on, node }: StakingWorld): void =>
  void on.run((own) => staking.takeSeat(own, name, node.address));
const free = ({ on, node }: StakingWorld, takenHeight?: bigint): void =>
  void on.run((own) => staking.freeSeat(own, name, node.address, takenHeight));

/** Past the commitment, so that leaving costs nothing. */
function freeToLeave(params: Parameters<typeof bondedWorld>[0] = {}): StakingWorld {
  const world = bondedWorld(params);
  world.on.next(day);
  return world;
}

function unbond({ on, node }: StakingWorld, amount = "0"): Record<string, unknown> {
  return on.send("MsgUnbond", { owner: node.address, service: name, amount });
}

/** Ends the block in which this time is over. */
function wait({ on }: StakingWorld, ms: bigint): void {
  on.next(ms);
  on.next(0n);
}

describe("staking: unbond", () => {
  it("pays out all of it after unbonding_ms, at -1 and 0 ms, and ends the bond", () => {
    const world = freeToLeave();
    const { on, node } = world;
    const before = on.balance(node.address);
    assert.deepEqual(unbond(world), { penalty: "0", maturesMs: on.timeMs + unbondingMs });
    assert.equal(bondOf(world, node).status, staking.BondStatus.BOND_STATUS_LEAVING);
    assert.equal(staking.totalBonded(on.ctx), 0n);
    assert.equal(staking.countingStake(on.ctx, bondOf(world, node)), 0n);
    wait(world, unbondingMs - 1n);
    assert.equal(on.balance(node.address), before);
    wait(world, 1n);
    assert.equal(on.balance(node.address), before + stake);
    assert.equal(staking.findBond(on.ctx, name, node.address), undefined);
    assert.deepEqual(on.broken(), []);
    on.send("MsgRetireName", { owner: world.author.address, kind: 2, name });
  });

  it("takes a part that leaves a bond, to the unit, and keeps serving", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "10", capacity: 0 });
    const refused = (amount: string): string =>
      on.refuse("MsgUnbond", { owner: node.address, service: name, amount });
    assert.equal(refused("11"), "staking/14");
    assert.equal(refused((stake + 11n).toString()), "staking/19");
    unbond(world, "10");
    const bond = bondOf(world, node);
    assert.equal(bond.amount, stake);
    assert.equal(bond.status, staking.BondStatus.BOND_STATUS_ACTIVE);
    assert.deepEqual(on.broken(), []);
  });

  it("costs 10 % of the commitment's remaining share before it is over, split like a slash", () => {
    const world = bondedWorld();
    const { on, node } = world;
    on.next(day - day / 4n);
    const supply = bank.supply(on.ctx, denom);
    const expected = stake / 40n;
    assert.equal(unbond(world)["penalty"], expected.toString());
    assert.equal(on.balance(pool), expected / 5n);
    assert.equal(bank.supply(on.ctx, denom), supply - (expected * 4n) / 5n);
    assert.equal(bondOf(world, node).unbonding[0]?.amount, stake - expected);
    const [event] = on.events("unbonding");
    assert.equal(event?.["amount"], (stake - expected).toString());
    assert.equal(event?.["penalty"], expected.toString());
    assert.deepEqual(on.broken(), []);
  });

  it("rounds the penalty up and ends it with the commitment", () => {
    for (const [later, penalty] of [
      [0n, 10_000_000n],
      [day / 2n, 5_000_000n],
      [day - 1n, 1n],
      [day, 0n],
      [day + 1n, 0n],
    ] as const) {
      const world = bondedWorld();
      world.on.next(later);
      assert.equal(unbond(world)["penalty"], penalty.toString(), `${later}`);
    }
  });

  it("keeps at most seven on their way", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "100", capacity: 0 });
    for (let i = 0; i < 7; i++) {
      on.next();
      unbond(world, "1");
    }
    const msg = { owner: node.address, service: name, amount: "1" };
    assert.equal(on.refuse("MsgUnbond", msg), "staking/20");
    assert.equal(on.refuse("MsgUnbond", { ...msg, amount: "0" }), "staking/20");
    assert.deepEqual(on.broken(), []);
    wait(world, unbondingMs);
    assert.equal(bondOf(world, node).unbonding.length, 0);
    unbond(world, "1");
    assert.deepEqual(on.broken(), []);
  });

  it("pays a part when its own time is over, not with one that began before it", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "30", capacity: 0 });
    unbond(world, "10");
    on.next(day);
    unbond(world, "20");
    const before = on.balance(node.address);
    wait(world, unbondingMs - day);
    assert.equal(on.balance(node.address), before + 10n);
    wait(world, day);
    assert.equal(on.balance(node.address), before + 30n);
    assert.deepEqual(on.broken(), []);
  });

  it("pays two of one block together", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "10", capacity: 0 });
    unbond(world, "4");
    unbond(world, "6");
    assert.equal(bondOf(world, node).unbonding.length, 2);
    assert.deepEqual(on.broken(), []);
    const before = on.balance(node.address);
    on.next(unbondingMs);
    const block = on.ctx;
    on.next(0n);
    const paid = block.events.events.filter(({ type }) => type === "unbonded");
    assert.deepEqual(
      paid.map(({ attributes }) => attributes.find(({ key }) => key === "amount")?.value),
      ["10"],
    );
    assert.equal(on.balance(node.address), before + 10n);
    assert.deepEqual(on.broken(), []);
  });

  it("refuses strangers, malformed fields and a bond that is leaving", () => {
    const world = freeToLeave();
    const { on, node, operator } = world;
    const msg = { owner: node.address, service: name, amount: "0" };
    assert.equal(on.refuse("MsgUnbond", { ...msg, owner: operator.address }), "staking/17");
    assert.equal(on.refuse("MsgUnbond", { ...msg, service: "x" }), "staking/2");
    assert.equal(on.refuse("MsgUnbond", { ...msg, amount: "-1" }), "sdk/18");
    assert.equal(on.signer("MsgUnbond", msg), node.address);
    unbond(world);
    assert.equal(on.refuse("MsgUnbond", msg), "staking/18");
    assert.equal(on.refuse("MsgBond", bondMsg(world)), "staking/11");
  });

  it("X19: waits for the seats that were open when it began, and is paid when the last one closes", () => {
    const world = freeToLeave();
    const { on, node } = world;
    take(world);
    take(world);
    unbond(world);
    const before = on.balance(node.address);
    wait(world, 2n * unbondingMs);
    assert.equal(on.balance(node.address), before);
    free(world);
    wait(world, 0n);
    assert.equal(on.balance(node.address), before);
    assert.deepEqual(on.broken(), []);
    free(world);
    assert.deepEqual(on.broken(), []);
    wait(world, 0n);
    assert.equal(on.balance(node.address), before + stake);
    assert.deepEqual(on.broken(), []);
  });

  it("X19: does not wait for seats that were taken later, when their height is told", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "10", capacity: 0 });
    take(world);
    const first = on.height;
    on.next();
    unbond(world, "10");
    on.next();
    take(world);
    take(world);
    free(world, on.height);
    assert.equal(bondOf(world, node).unbonding[0]?.openSeats, 1);
    free(world, first);
    assert.equal(bondOf(world, node).openSeats, 1);
    assert.equal(bondOf(world, node).unbonding[0]?.openSeats, 0);
    const before = on.balance(node.address);
    wait(world, unbondingMs);
    assert.equal(on.balance(node.address), before + 10n);
    assert.deepEqual(on.broken(), []);
  });

  it("X19: a reserve called at the end of the same block does not stand for a seat from before", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "10", capacity: 0 });
    take(world);
    on.next();
    unbond(world, "10");
    take(world);
    free(world, on.height);
    assert.equal(bondOf(world, node).unbonding[0]?.openSeats, 1);
    free(world, on.height - 1n);
    assert.equal(bondOf(world, node).unbonding[0]?.openSeats, 0);
    assert.deepEqual(on.broken(), []);
  });

  it("X19: what waits is not paid along with what is ready", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "30", capacity: 0 });
    unbond(world, "10");
    on.next();
    take(world);
    unbond(world, "20");
    const before = on.balance(node.address);
    wait(world, unbondingMs);
    assert.equal(on.balance(node.address), before + 10n);
    assert.deepEqual(on.broken(), []);
    free(world);
    wait(world, 0n);
    assert.equal(on.balance(node.address), before + 30n);
    assert.deepEqual(on.broken(), []);
  });

  it("X19: without a height a freed seat counts as the newest", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "10", capacity: 0 });
    take(world);
    unbond(world, "10");
    take(world);
    free(world);
    assert.equal(bondOf(world, node).unbonding[0]?.openSeats, 1);
    free(world);
    assert.equal(bondOf(world, node).unbonding[0]?.openSeats, 0);
    assert.throws(() => free(world), /expected an open seat/);
    assert.deepEqual(on.broken(), []);
  });

  it("X19: costs the same with and without the move, for faults from before it", () => {
    for (const moved of [false, true]) {
      const world = freeToLeave();
      take(world);
      const height = world.on.height;
      if (moved) unbond(world);
      world.on.next();
      const pooled = world.on.balance(pool);
      assert.equal(slash(world, 40_000_000n, { height }), 40_000_000n);
      assert.equal(world.on.balance(pool) - pooled, 8_000_000n);
      free(world);
      assert.deepEqual(world.on.broken(), []);
    }
  });

  it("X19: stake whose unbonding began before the draw is out of reach", () => {
    const world = freeToLeave();
    const { on, node } = world;
    on.send("MsgAddBond", { owner: node.address, service: name, amount: "50", capacity: 0 });
    unbond(world, "50");
    on.next();
    assert.equal(slash(world, stake + 50n), stake);
    assert.equal(bondOf(world, node).unbonding[0]?.amount, 50n);
    assert.deepEqual(on.broken(), []);
  });

  it("matures at most due_per_block bonds in a block, the rest in the next", () => {
    const world = freeToLeave({ duePerBlock: 1 });
    const { on, operator } = world;
    on.send("MsgBond", bondMsg(world, { owner: operator.address }));
    on.next(day);
    unbond(world);
    on.send("MsgUnbond", { owner: operator.address, service: name, amount: "0" });
    on.next(unbondingMs);
    on.next(0n);
    assert.equal([...staking.bondsOfService(on.ctx, name)].length, 1);
    on.next(0n);
    assert.equal([...staking.bondsOfService(on.ctx, name)].length, 0);
    assert.deepEqual(on.broken(), []);
  });
});

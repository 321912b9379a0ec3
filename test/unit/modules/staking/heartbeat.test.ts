import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Address } from "../../../../core/brand.ts";
import { compareAscii } from "../../../../core/bytes.ts";
import * as clock from "../../../../modules/clock/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import type { TestKey } from "../../../support/keys.ts";
import { person } from "../registry/world.ts";
import {
  bondedWorld,
  bondMsg,
  bondOf,
  miss,
  name,
  slotMs,
  stakingWorld,
  type StakingWorld,
} from "./world.ts";

const one = 10n ** 18n;
const { HEARTBEAT_ANSWER_OK, HEARTBEAT_ANSWER_DUPLICATE, HEARTBEAT_ANSWER_NOT_YOURS } = {
  HEARTBEAT_ANSWER_OK: 1,
  HEARTBEAT_ANSWER_DUPLICATE: 2,
  HEARTBEAT_ANSWER_NOT_YOURS: 3,
};

const slot = ({ on }: StakingWorld): bigint => clock.slot(on.ctx);
const alive = ({ on, node }: StakingWorld): boolean => staking.isAlive(on.ctx, node.address);
const uptime = ({ on, node }: StakingWorld): bigint => staking.uptime(on.ctx, node.address);
const message = ({ operator }: StakingWorld, at: bigint, ...nodes: TestKey[]) => ({
  operator: operator.address as string,
  nodes: nodes.map(({ address }): string => address).sort(compareAscii),
  slot: at,
});
const beat = (world: StakingWorld, at = slot(world)): unknown =>
  world.on.send("MsgHeartbeat", message(world, at, world.node))["answers"];
const refused = (world: StakingWorld, at = slot(world)): string =>
  world.on.refuse("MsgHeartbeat", message(world, at, world.node));

describe("staking: heartbeat", () => {
  it("counts once for a slot, and the bond counts as one", () => {
    const world = bondedWorld();
    assert.equal(refused(world), "staking/26");
    world.on.next(slotMs);
    assert.deepEqual(beat(world), [HEARTBEAT_ANSWER_OK]);
    assert.equal(refused(world), "staking/26");
    assert.deepEqual(world.on.broken(), []);
  });

  it("names the current slot or the next one, at -1, 0, +1 and +2", () => {
    const world = bondedWorld();
    world.on.next(slotMs);
    world.on.next(slotMs);
    const now = slot(world);
    assert.equal(refused(world, now - 1n), "staking/25");
    assert.equal(refused(world, now + 2n), "staking/25");
    beat(world, now + 1n);
    assert.equal(refused(world, now + 1n), "staking/26");
    beat(world, now);
    assert.equal(refused(world, now), "staking/26");
    world.on.next(slotMs);
    assert.equal(slot(world), now + 1n);
    assert.equal(refused(world), "staking/26");
    assert.deepEqual(world.on.broken(), []);
  });

  it("is hopeless for a slot that is over", () => {
    const world = bondedWorld();
    world.on.next(slotMs);
    world.on.next(slotMs);
    const msg = staking.stakingModule.msgs.find((one) => one.typeUrl.endsWith("MsgHeartbeat"));
    const hopeless = (at: bigint): number | undefined =>
      msg?.hopeless?.(world.on.ctx, message(world, at, world.node))?.code;
    assert.equal(hopeless(slot(world) - 1n), 25);
    assert.equal(hopeless(slot(world)), undefined);
    assert.equal(hopeless(slot(world) + 5n), undefined);
  });

  it("answers each node for itself and fails when none counts", () => {
    const world = bondedWorld();
    const { on, node, operator } = world;
    const other = person(on, "other");
    const stranger = person(on, "stranger");
    on.send("MsgBond", bondMsg(world, { owner: other.address }));
    on.send("MsgBond", bondMsg(world, { owner: stranger.address, operator: stranger.address }));
    on.next(slotMs);
    on.run((own) => staking.recordPost(own, name, node.address));
    const now = slot(world);
    const { answers } = on.send("MsgHeartbeat", message(world, now, node, other, stranger));
    const expected = new Map<Address, number>([
      [node.address, HEARTBEAT_ANSWER_DUPLICATE],
      [other.address, HEARTBEAT_ANSWER_OK],
      [stranger.address, HEARTBEAT_ANSWER_NOT_YOURS],
    ]);
    const sorted = [...expected.keys()].sort(compareAscii);
    assert.deepEqual(
      answers,
      sorted.map((address) => expected.get(address)),
    );
    assert.equal(on.refuse("MsgHeartbeat", message(world, now, node, other)), "staking/26");
    assert.equal(on.refuse("MsgHeartbeat", message(world, now, stranger)), "staking/21");
    assert.equal(on.signer("MsgHeartbeat", message(world, now, node)), operator.address);
  });

  it("refuses no nodes, more than 64, and any but ascending ones", () => {
    const world = bondedWorld();
    const { on, node, operator } = world;
    const nodes = [node, operator].map(({ address }): string => address).sort(compareAscii);
    const refusedNodes = (list: string[]): string =>
      on.refuse("MsgHeartbeat", { operator: operator.address, nodes: list, slot: 0n });
    assert.equal(refusedNodes([]), "staking/8");
    assert.equal(refusedNodes(nodes.toReversed()), "staking/8");
    assert.equal(refusedNodes([node.address, node.address]), "staking/8");
    assert.equal(refusedNodes(["nobody"]), "sdk/7");
    const many = Array.from(
      { length: 65 },
      (_, i): string => person(on, `many ${i}`, 0n).address,
    ).sort(compareAscii);
    assert.equal(refusedNodes(many), "staking/8");
    assert.equal(refusedNodes(many.slice(1)), "staking/21");
  });

  it("after a miss one more counts in the same slot and ends the miss", () => {
    const world = bondedWorld();
    world.on.next(slotMs);
    beat(world);
    miss(world, 1n);
    assert.equal(bondOf(world, world.node).missing, true);
    beat(world);
    assert.equal(bondOf(world, world.node).missing, false);
    assert.equal(refused(world), "staking/26");
    miss(world, 1n, 2);
    miss(world, 1n, 3);
    beat(world);
    beat(world);
    assert.equal(refused(world), "staking/26");
    assert.deepEqual(world.on.broken(), []);
  });

  it("a miss counts in U: the slot has no sign until the node is heard again in it", () => {
    const world = bondedWorld();
    world.on.next(slotMs);
    beat(world);
    assert.equal(uptime(world), one);
    miss(world, 1n);
    assert.equal(uptime(world), one / 2n);
    assert.equal(alive(world), true);
    beat(world);
    assert.equal(uptime(world), one);
    assert.equal(refused(world), "staking/26");
    miss(world, 1n, 2);
    world.on.next(slotMs);
    beat(world);
    // Two signs in three slots: nobody can make up for a slot that is over.
    assert.equal(uptime(world), (2n * one) / 3n);
  });

  it("a spare one does not outlive its slot, and a slot without a sign needs none", () => {
    const world = bondedWorld();
    world.on.next(slotMs);
    miss(world, 1n);
    beat(world);
    assert.equal(refused(world), "staking/26");
    miss(world, 1n, 2);
    world.on.next(slotMs);
    beat(world);
    assert.equal(refused(world), "staking/26");
  });

  it("ends misses only on bonds that the signer serves", () => {
    const world = bondedWorld();
    const { on, node } = world;
    miss(world, 1n);
    on.send("MsgSetOperator", { owner: node.address, service: name, operator: node.address });
    assert.equal(refused(world, slot(world) + 1n), "staking/21");
    assert.equal(bondOf(world, node).missing, true);
  });
});

describe("staking: lease", () => {
  it("holds for two whole slots without a sign, whatever the pause", () => {
    const world = bondedWorld();
    assert.ok(alive(world));
    for (const expected of [true, true, false, false]) {
      world.on.next(100n * slotMs);
      assert.equal(alive(world), expected);
    }
    beat(world);
    assert.ok(alive(world));
  });

  it("is renewed by posts, and by a bond of the same node", () => {
    for (const renew of [
      (world: StakingWorld) =>
        world.on.run((own) => staking.recordPost(own, name, world.node.address)),
      (world: StakingWorld) => void beat(world),
    ]) {
      const world = bondedWorld();
      for (let i = 0; i < 3; i++) world.on.next(slotMs);
      assert.ok(!alive(world));
      renew(world);
      assert.ok(alive(world));
    }
  });

  it("of a node that never bonded does not hold, and its U is 1", () => {
    const world = stakingWorld();
    assert.ok(!alive(world));
    assert.equal(uptime(world), one);
  });
});

describe("staking: uptime", () => {
  it("is signs by slots since bonding, floored", () => {
    const world = bondedWorld();
    assert.equal(uptime(world), one);
    world.on.next(slotMs);
    assert.equal(uptime(world), one / 2n);
    world.on.next(slotMs);
    assert.equal(uptime(world), one / 3n);
    beat(world);
    assert.equal(uptime(world), (2n * one) / 3n);
  });

  it("looks at 56 slots, never falls below 0.05, and a sign in the next slot does not count yet", () => {
    const world = bondedWorld();
    for (let i = 0; i < 60; i++) {
      world.on.next(slotMs);
      beat(world);
    }
    assert.equal(uptime(world), one);
    beat(world, slot(world) + 1n);
    assert.equal(uptime(world), one);
    world.on.next(slotMs);
    world.on.next(slotMs);
    assert.equal(uptime(world), (55n * one) / 56n);
    for (let i = 0; i < 56; i++) world.on.next(slotMs);
    assert.equal(uptime(world), one / 20n);
    for (let i = 0; i < 500; i++) world.on.next(slotMs);
    assert.equal(uptime(world), one / 20n);
  });

  it("begins anew when a node comes back after its last bond", () => {
    const world = bondedWorld({ unbondingMs: 60_000n });
    const { on, node } = world;
    for (let i = 0; i < 10; i++) on.next(slotMs);
    on.send("MsgUnbond", { owner: node.address, service: name, amount: "0" });
    on.next(60_000n);
    on.next(0n);
    assert.equal(uptime(world), one);
    on.send("MsgBond", bondMsg(world));
    assert.equal(uptime(world), one);
    assert.deepEqual(on.broken(), []);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import { findService } from "../../../../modules/registry/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import { definition, registerService, releaseMsg } from "../registry/fixtures.ts";
import { person, type Fields } from "../registry/world.ts";
import { bondedWorld, bondMsg, bondOf, day, epochMs, name, stake, stakingWorld } from "./world.ts";

describe("staking: bond", () => {
  it("takes the stake and counts from the next epoch", () => {
    const world = stakingWorld();
    const { on, node, operator } = world;
    const before = on.balance(node.address);
    const msg = bondMsg(world);
    assert.deepEqual(on.send("MsgBond", msg), { activeFromEpoch: 1n });
    assert.equal(on.balance(node.address), before - stake);
    assert.equal(on.balance(moduleAddress("staking")), stake);
    const bond = bondOf(world, node);
    assert.equal(bond.status, staking.BondStatus.BOND_STATUS_ACTIVE);
    assert.equal(bond.committedUntilMs, on.timeMs + day);
    assert.equal(bond.bondedHeight, on.height);
    assert.equal(staking.totalBonded(on.ctx), stake);
    assert.equal(staking.serviceBonded(on.ctx, name), stake);
    assert.equal(staking.serviceBonded(on.ctx, "other"), 0n);
    assert.equal(staking.countingStake(on.ctx, bond), 0n);
    assert.deepEqual(on.events("bonded"), [
      { service: name, node: node.address, amount: "100000000" },
    ]);
    assert.ok(staking.isOperator(on.ctx, name, node.address, operator.address));
    assert.ok(!staking.isOperator(on.ctx, name, node.address, node.address));
    assert.deepEqual(
      staking.bondsOfOperator(on.ctx, operator.address, 5).map((one) => one.node),
      [node.address],
    );
    assert.deepEqual([...staking.bondsOfService(on.ctx, name)], [bond]);
    assert.equal(on.signer("MsgBond", msg), node.address);
    assert.deepEqual(on.broken(), []);
    on.next(epochMs);
    assert.equal(staking.countingStake(on.ctx, bond), stake);
  });

  it("runs the hook for the modules above", () => {
    const world = stakingWorld();
    const seen: unknown[] = [];
    const step = world.on.ctx;
    const hooks = new Map([
      ["staking.bonded", [(_: unknown, value: unknown) => void seen.push(value)]],
    ]);
    const msg = staking.stakingModule.msgs.find((one) => one.typeUrl.endsWith("MsgBond"));
    const own = { ...step, hooks };
    const { node, operator } = world;
    msg?.handle(own, {
      ...bondMsg(world),
      owner: node.address,
      operator: operator.address,
      amount: stake,
    });
    assert.deepEqual(seen, [{ service: name, node: node.address }]);
  });

  it("holds the service's name", () => {
    const { on, author } = bondedWorld();
    const msg = { owner: author.address, kind: 2 as const, name };
    assert.equal(on.refuse("MsgRetireName", msg), "registry/20");
    assert.ok(findService(on.ctx, name) !== undefined);
  });

  it("keeps every bound at -1, 0 and +1", () => {
    const cases: [Partial<Fields<"MsgBond">>, string][] = [
      [{ amount: (stake - 1n).toString() }, "staking/14"],
      [{ amount: (stake + 1n).toString() }, ""],
      [{ commitmentMs: day - 1n }, "staking/15"],
      [{ commitmentMs: day + 1n }, ""],
      [{ commitmentMs: 315_360_000_000n }, ""],
      [{ commitmentMs: 315_360_000_001n }, "staking/6"],
      [{ commitmentMs: 0n }, "staking/6"],
      [{ capacity: 0 }, "staking/5"],
      [{ capacity: 1 }, ""],
      [{ capacity: 64 }, ""],
      [{ capacity: 65 }, "staking/5"],
      [{ encryptionKey: new Uint8Array(31) }, "staking/7"],
      [{ encryptionKey: new Uint8Array(32) }, ""],
      [{ encryptionKey: new Uint8Array(33) }, "staking/7"],
    ];
    for (const [change, code] of cases) {
      const world = stakingWorld();
      if (code === "") world.on.send("MsgBond", bondMsg(world, change));
      else
        assert.equal(
          world.on.refuse("MsgBond", bondMsg(world, change)),
          code,
          JSON.stringify(change.capacity),
        );
    }
  });

  it("is backed by a quarter of min_bond per seat, to the unit", () => {
    const world = stakingWorld();
    const { on, author } = world;
    const minBond = "200000000";
    on.send("MsgPublishRelease", releaseMsg(author, name, "1.1.0", definition({ minBond })));
    const msg = (value: bigint, capacity: number): Fields<"MsgBond"> =>
      bondMsg(world, { amount: value.toString(), capacity });
    assert.equal(on.refuse("MsgBond", msg(199_999_999n, 1)), "staking/14");
    assert.equal(on.refuse("MsgBond", msg(200_000_000n, 5)), "staking/16");
    assert.equal(on.refuse("MsgBond", msg(249_999_999n, 5)), "staking/16");
    on.send("MsgBond", msg(250_000_000n, 5));
    const bond = bondOf(world, world.node);
    const capacityFor = (minimum: bigint): number =>
      staking.capacityFor(bond, minimum as typeof bond.amount);
    assert.equal(capacityFor(200_000_000n), 5);
    assert.equal(capacityFor(200_000_001n), 4);
    assert.equal(capacityFor(2_000_000_000n), 0);
  });

  it("asks for the longer of both shortest commitments", () => {
    const world = stakingWorld();
    const { on, author } = world;
    const long = definition({ minCommitmentMs: 2n * day });
    on.send("MsgPublishRelease", releaseMsg(author, name, "1.1.0", long));
    assert.equal(
      on.refuse("MsgBond", bondMsg(world, { commitmentMs: 2n * day - 1n })),
      "staking/15",
    );
    on.send("MsgBond", bondMsg(world, { commitmentMs: 2n * day }));
  });

  it("refuses wrong roles, services, signers' purses and a second bond", () => {
    const world = stakingWorld();
    const { on, author } = world;
    const refused = (change: Partial<Fields<"MsgBond">>): string =>
      on.refuse("MsgBond", bondMsg(world, change));
    for (const roles of [[], [2, 1], [1, 1], [0], [4], [1, 4]]) {
      assert.equal(refused({ roles: roles as never }), "staking/3");
    }
    assert.equal(refused({ roles: [3] }), "staking/10");
    assert.equal(refused({ amount: "0" }), "staking/4");
    assert.equal(refused({ amount: "-1" }), "sdk/18");
    assert.equal(refused({ amount: "1.5" }), "sdk/18");
    assert.equal(refused({ service: "x" }), "staking/2");
    assert.equal(refused({ service: "unknown" }), "staking/9");
    assert.equal(refused({ owner: "" }), "sdk/7");
    assert.equal(refused({ operator: "nobody" }), "sdk/7");
    assert.equal(refused({ owner: person(on, "poor", stake - 1n).address }), "sdk/5");
    registerService(on, author, "empty-demo");
    assert.equal(refused({ service: "empty-demo" }), "staking/9");
    on.send("MsgBond", bondMsg(world));
    assert.equal(refused({}), "staking/11");
  });

  it("lets one owner serve 64 services and no more, and one operator several nodes", () => {
    const world = stakingWorld();
    const { on, author, node, operator } = world;
    on.fund(node.address, 10n ** 11n);
    on.fund(author.address, 10n ** 11n);
    for (let i = 0; i < 65; i++) {
      registerService(on, author, `service-${i}`);
      on.send("MsgPublishRelease", releaseMsg(author, `service-${i}`, "1.0.0"));
      if (i < 64) on.send("MsgBond", bondMsg(world, { service: `service-${i}` }));
    }
    assert.equal(on.refuse("MsgBond", bondMsg(world, { service: "service-64" })), "staking/13");
    const other = person(on, "other");
    on.send("MsgBond", bondMsg(world, { owner: other.address, service: "service-0" }));
    assert.equal(staking.bondsOfOperator(on.ctx, operator.address, 1_000).length, 65);
    assert.equal(staking.bondsOfOperator(on.ctx, operator.address, 3).length, 3);
    assert.equal(staking.bondsOfOperator(on.ctx, operator.address, 0).length, 0);
    assert.deepEqual(on.broken(), []);
  });
});

describe("staking: add bond", () => {
  it("counts from the next epoch, the lesser of then and now", () => {
    const world = bondedWorld();
    const { on, node } = world;
    on.next(epochMs);
    const msg = { owner: node.address, service: name, amount: "5000000", capacity: 0 };
    on.send("MsgAddBond", msg);
    const bond = bondOf(world, node);
    assert.equal(bond.amount, stake + 5_000_000n);
    assert.equal(staking.countingStake(on.ctx, bond), stake);
    on.send("MsgAddBond", msg);
    assert.equal(staking.countingStake(on.ctx, bondOf(world, node)), stake);
    on.next(epochMs);
    assert.equal(staking.countingStake(on.ctx, bondOf(world, node)), stake + 10_000_000n);
    assert.equal(staking.totalBonded(on.ctx), stake + 10_000_000n);
    assert.equal(on.signer("MsgAddBond", msg), node.address);
    assert.deepEqual(on.broken(), []);
  });

  it("changes the capacity, alone or with stake", () => {
    const world = bondedWorld();
    const { on, node, author } = world;
    const owner = node.address;
    const minBond = stake.toString();
    on.send("MsgPublishRelease", releaseMsg(author, name, "1.1.0", definition({ minBond })));
    assert.equal(
      on.refuse("MsgAddBond", { owner, service: name, amount: "0", capacity: 5 }),
      "staking/16",
    );
    on.send("MsgAddBond", { owner, service: name, amount: "25000000", capacity: 5 });
    on.send("MsgAddBond", { owner, service: name, amount: "0", capacity: 2 });
    assert.equal(bondOf(world, node).capacity, 2);
    on.send("MsgSetReleaseStatus", {
      owner: author.address,
      service: name,
      version: "1.1.0",
      status: 3,
    });
    on.send("MsgSetReleaseStatus", {
      owner: author.address,
      service: name,
      version: "1.0.0",
      status: 3,
    });
    assert.equal(
      on.refuse("MsgAddBond", { owner, service: name, amount: "0", capacity: 3 }),
      "staking/9",
    );
    on.send("MsgAddBond", { owner, service: name, amount: "1", capacity: 0 });
    assert.deepEqual(on.broken(), []);
  });

  it("refuses nothing to add, strangers and a leaving bond", () => {
    const { on, node, operator } = bondedWorld();
    const msg = { owner: node.address, service: name, amount: "1", capacity: 0 };
    assert.equal(on.refuse("MsgAddBond", { ...msg, amount: "0" }), "staking/4");
    assert.equal(on.refuse("MsgAddBond", { ...msg, capacity: 65 }), "staking/5");
    assert.equal(on.refuse("MsgAddBond", { ...msg, service: "x" }), "staking/2");
    assert.equal(on.refuse("MsgAddBond", { ...msg, owner: operator.address }), "staking/17");
    assert.equal(on.refuse("MsgAddBond", { ...msg, amount: (10n ** 20n).toString() }), "sdk/5");
    on.send("MsgUnbond", { owner: node.address, service: name, amount: "0" });
    assert.equal(on.refuse("MsgAddBond", msg), "staking/18");
  });
});

describe("staking: extend commitment", () => {
  it("ends later than before, from now", () => {
    const world = bondedWorld();
    const { on, node } = world;
    const msg = { owner: node.address, service: name, commitmentMs: day };
    assert.equal(on.refuse("MsgExtendCommitment", msg), "staking/15");
    on.next(1n);
    assert.deepEqual(on.send("MsgExtendCommitment", msg), { committedUntilMs: on.timeMs + day });
    assert.equal(bondOf(world, node).committedUntilMs, on.timeMs + day);
    assert.equal(on.signer("MsgExtendCommitment", msg), node.address);
    assert.equal(on.events("commitment_extended").length, 1);
  });

  it("refuses what is too short or too long, strangers and a leaving bond", () => {
    const { on, node, operator } = bondedWorld();
    const msg = { owner: node.address, service: name, commitmentMs: 2n * day };
    on.next(3n * day);
    assert.equal(
      on.refuse("MsgExtendCommitment", { ...msg, commitmentMs: day - 1n }),
      "staking/15",
    );
    assert.equal(on.refuse("MsgExtendCommitment", { ...msg, commitmentMs: 0n }), "staking/6");
    assert.equal(
      on.refuse("MsgExtendCommitment", { ...msg, commitmentMs: 315_360_000_001n }),
      "staking/6",
    );
    assert.equal(on.refuse("MsgExtendCommitment", { ...msg, service: "x" }), "staking/2");
    assert.equal(
      on.refuse("MsgExtendCommitment", { ...msg, owner: operator.address }),
      "staking/17",
    );
    on.send("MsgUnbond", { owner: node.address, service: name, amount: "0" });
    assert.equal(on.refuse("MsgExtendCommitment", msg), "staking/18");
  });
});

describe("staking: set operator", () => {
  it("acts at once", () => {
    const { on, node, operator } = bondedWorld();
    const msg = { owner: node.address, service: name, operator: node.address };
    on.send("MsgSetOperator", msg);
    assert.ok(staking.isOperator(on.ctx, name, node.address, node.address));
    assert.ok(!staking.isOperator(on.ctx, name, node.address, operator.address));
    assert.deepEqual(staking.bondsOfOperator(on.ctx, operator.address, 9), []);
    assert.equal(on.signer("MsgSetOperator", msg), node.address);
    assert.equal(on.events("operator_set").length, 1);
    assert.deepEqual(on.broken(), []);
  });

  it("refuses the operator itself and malformed fields", () => {
    const { on, operator, node } = bondedWorld();
    const msg = { owner: node.address, service: name, operator: node.address };
    assert.equal(on.refuse("MsgSetOperator", { ...msg, owner: operator.address }), "staking/17");
    assert.equal(on.refuse("MsgSetOperator", { ...msg, service: "x" }), "staking/2");
    assert.equal(on.refuse("MsgSetOperator", { ...msg, operator: "" }), "sdk/7");
  });
});

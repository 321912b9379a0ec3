import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { TxError } from "../../core/errors.ts";
import * as bank from "../../modules/bank/index.ts";
import * as staking from "../../modules/staking/index.ts";
import type { TestKey } from "../support/keys.ts";
import { publishEcho } from "../unit/modules/registry/fixtures.ts";
import { chain, denom, modules, person, type Chain } from "../unit/modules/registry/world.ts";
import { bondMsg, name } from "../unit/modules/staking/world.ts";

type Amount = staking.Bond["amount"];
type Part = { amount: bigint; begun: bigint; matures: bigint };
/** What a node must have, kept by other means than the module's. */
type Model = { bonded: bigint; parts: Part[]; seats: bigint[] };
type Step =
  | { kind: "bond"; who: number; value: bigint }
  | { kind: "add"; who: number; value: bigint }
  | { kind: "unbond"; who: number; share: number }
  | { kind: "slash" | "miss"; who: number; value: bigint; age: number; id: number }
  | { kind: "take" | "free" | "jail" | "beat"; who: number; tell: boolean }
  | { kind: "wait"; ms: bigint };

const owners = 3;
const unbondingMs = 100_000n;
const who = fc.integer({ min: 0, max: owners - 1 });
const value = fc.oneof(
  fc.bigInt({ min: 1n, max: 300_000_000n }),
  fc.constantFrom(1n, 99_999_999n, 100_000_000n, 10n ** 30n),
);
/** Mostly small, so that a bond lives through several. */
const punished = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 1n, max: 30_000_000n }) },
  { weight: 1, arbitrary: value },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("bond" as const), who, value }),
  fc.record({ kind: fc.constant("add" as const), who, value }),
  fc.record({ kind: fc.constant("unbond" as const), who, share: fc.integer({ min: 0, max: 4 }) }),
  fc.record({
    kind: fc.constantFrom("slash" as const, "miss" as const),
    who,
    value: punished,
    age: fc.integer({ min: 0, max: 6 }),
    id: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    kind: fc.constantFrom("take" as const, "free" as const, "jail" as const, "beat" as const),
    who,
    tell: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.bigInt({ min: 0n, max: 60_000n }) }),
);

function world(): { on: Chain; keys: TestKey[] } {
  const on = chain({ staking: { unbondingMs, minCommitmentMs: 1_000n, jailMs: 1_000n } });
  publishEcho(on, person(on, "alice"));
  const keys = Array.from({ length: owners }, (_, i) => person(on, `node ${i}`, 2_000_000_000n));
  return { on, keys };
}

const sum = (list: readonly bigint[]): bigint => list.reduce((total, one) => total + one, 0n);

/** Refusals are part of the game; a bug is not. */
function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    assert.ok(error instanceof TxError, String(error));
    return false;
  }
}

/** Takes from the model as PROTOCOL 5 and 12 say, in plain words: the bond, then unbonding since the fault. */
function takeFrom(model: Model, wanted: bigint, faultHeight: bigint): bigint {
  let rest = wanted;
  const from = (there: bigint): bigint => {
    const part = rest < there ? rest : there;
    rest -= part;
    return part;
  };
  model.bonded -= from(model.bonded);
  for (const part of model.parts) if (part.begun >= faultHeight) part.amount -= from(part.amount);
  model.parts = model.parts.filter((part) => part.amount > 0n);
  return wanted - rest;
}

class Game {
  readonly on: Chain;
  readonly keys: TestKey[];
  readonly models: Model[];
  /** Faults that were judged, with the time from which they are forgotten (ADR 0010). */
  readonly seen = new Map<string, bigint>();
  readonly minted: bigint;
  burned = 0n;

  constructor() {
    const { on, keys } = world();
    this.on = on;
    this.keys = keys;
    this.models = keys.map(() => ({ bonded: 0n, parts: [], seats: [] }));
    this.minted = bank.supply(on.ctx, denom);
  }

  play(one: Step): void {
    if (one.kind === "wait") this.wait(one.ms);
    else {
      const key = this.keys[one.who];
      const model = this.models[one.who];
      assert.ok(key !== undefined && model !== undefined);
      this.act(one, key, model);
    }
    this.check();
  }

  act(one: Exclude<Step, { kind: "wait" }>, key: TestKey, model: Model): void {
    const { on } = this;
    const owner = key.address;
    const exists = staking.findBond(on.ctx, name, owner) !== undefined;
    if (one.kind === "bond") {
      const bond = { amount: one.value.toString(), commitmentMs: 60_000n };
      const msg = bondMsg({ on, author: key, node: key, operator: key }, bond);
      if (attempt(() => on.send("MsgBond", msg))) model.bonded += one.value;
    } else if (one.kind === "add") {
      const msg = { owner, service: name, amount: one.value.toString(), capacity: 0 };
      if (attempt(() => on.send("MsgAddBond", msg))) model.bonded += one.value;
    } else if (one.kind === "unbond") this.unbond(one.share, owner, model);
    else if (one.kind === "slash" || one.kind === "miss") this.punish(one, key, model);
    else if (one.kind === "take" && exists) {
      on.run((own) => staking.takeSeat(own, name, owner));
      model.seats.push(on.height);
    } else if (one.kind === "free" && model.seats.length > 0) {
      const taken = model.seats.shift();
      on.run((own) => staking.freeSeat(own, name, owner, one.tell ? taken : undefined));
    } else if (one.kind === "jail") {
      on.run((own) => staking.jail(own, { service: name, node: owner, repeats: 1n }));
    } else if (one.kind === "beat") {
      attempt(() =>
        on.send("MsgHeartbeat", { operator: owner, nodes: [owner], slot: one.tell ? 0n : 1n }),
      );
    }
  }

  unbond(share: number, owner: TestKey["address"], model: Model): void {
    const asked = share === 0 ? 0n : (model.bonded * BigInt(share)) / 8n;
    const left = asked === 0n ? 0n : model.bonded - asked;
    attempt(() => {
      const { penalty } = this.on.send("MsgUnbond", {
        owner,
        service: name,
        amount: asked.toString(),
      });
      const paid = model.bonded - left - BigInt(penalty as string);
      const matures = this.on.timeMs + unbondingMs;
      if (paid > 0n) model.parts.push({ amount: paid, begun: this.on.height, matures });
      model.bonded = left;
    });
  }

  punish(one: Extract<Step, { kind: "slash" | "miss" }>, { address }: TestKey, model: Model): void {
    const { on } = this;
    const faultHeight = on.height - BigInt(one.age);
    const fault = `${address}/${one.id}`;
    const known = this.seen.has(fault);
    const exists = staking.findBond(on.ctx, name, address) !== undefined;
    const offence = {
      ...{ service: name, node: address, faultHeight, amount: one.value as Amount },
      faultId: new Uint8Array(32).fill(one.id),
    };
    const taken = on.run((own) =>
      one.kind === "miss"
        ? staking.miss(own, offence)
        : staking.slash(own, { ...offence, reason: "test" }),
    );
    assert.equal(taken, known || !exists ? 0n : takeFrom(model, one.value, faultHeight));
    if (exists && !known) this.seen.set(fault, on.timeMs + unbondingMs);
  }

  /** The end of the block pays what is due; the model then follows the bond, whose sums are checked. */
  wait(ms: bigint): void {
    const due = this.on.timeMs;
    this.on.next(ms);
    for (const [fault, expires] of this.seen) if (expires <= due) this.seen.delete(fault);
    for (const [i, model] of this.models.entries()) {
      const key = this.keys[i];
      assert.ok(key !== undefined);
      const open = staking.findBond(this.on.ctx, name, key.address)?.unbonding ?? [];
      const kept = model.parts.filter((part) => {
        const there = open.some(
          (one) => one.begunHeight === part.begun && one.amount === part.amount,
        );
        if (!there) assert.ok(part.matures <= due, "paid before its time");
        return there;
      });
      // X19: nothing that waits for a seat from before it began is paid.
      for (const part of model.parts) {
        if (kept.includes(part)) continue;
        assert.ok(
          !model.seats.some((taken) => taken < part.begun),
          "paid with a seat open from before",
        );
      }
      model.parts = kept;
    }
  }

  check(): void {
    const { on } = this;
    assert.deepEqual(on.broken(), []);
    for (const [i, model] of this.models.entries()) {
      const key = this.keys[i];
      assert.ok(key !== undefined);
      const bond = staking.findBond(on.ctx, name, key.address);
      assert.equal(bond?.amount ?? 0n, model.bonded);
      assert.equal(
        sum((bond?.unbonding ?? []).map((part) => part.amount)),
        sum(model.parts.map((part) => part.amount)),
      );
      assert.equal(bond?.openSeats ?? 0, model.seats.length);
    }
    assert.ok(bank.supply(on.ctx, denom) <= this.minted);
  }
}

describe("property: staking", () => {
  it("X20, B26: random schedules keep book and coins; no slash throws or takes more than is there", () => {
    assert.ok(modules.length === 5);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const game = new Game();
        for (let i = 0; i < owners; i++) game.play({ kind: "bond", who: i, value: 400_000_000n });
        for (const one of steps) game.play(one);
      }),
      { numRuns: 100 },
    );
  });

  it("a fault that was judged is judged anew once all that it could reach has left", () => {
    const game = new Game();
    game.play({ kind: "bond", who: 0, value: 400_000_000n });
    const slash = { kind: "slash", who: 0, value: 1n, age: 0, id: 4 } as const;
    game.play(slash);
    for (const ms of [60_000n, 40_000n]) game.play({ kind: "wait", ms });
    game.play(slash);
    game.play({ kind: "wait", ms: 0n });
    game.play(slash);
    assert.equal(game.models[0]?.bonded, 399_999_998n);
  });

  it("X19, B10: a slash takes the same whether or not the stake was moved after the draw", () => {
    const moves = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(value, value, moves, fc.boolean(), (extra, wanted, shares, sameBlock) => {
        const taken = [false, true].map((moved) => {
          const game = new Game();
          const { on, keys, models } = game;
          const [key] = keys;
          const [model] = models;
          assert.ok(key !== undefined && model !== undefined);
          const bonded = 100_000_000n + (extra % 1_000_000_000n);
          game.play({ kind: "bond", who: 0, value: bonded });
          on.next(60_000n);
          game.play({ kind: "take", who: 0, tell: true });
          const drawn = on.height;
          if (!sameBlock) on.next(0n);
          if (moved) for (const share of shares) game.unbond(share, key.address, model);
          // However long the proof takes: the open seat holds the stake.
          on.next(10n * unbondingMs);
          on.next(0n);
          const slashed = on.run((own) =>
            staking.slash(own, {
              ...{ service: name, node: key.address, amount: wanted as Amount, faultHeight: drawn },
              ...{ faultId: new Uint8Array(32), reason: "test" },
            }),
          );
          assert.deepEqual(on.broken(), []);
          return slashed;
        });
        assert.equal(taken[1], taken[0]);
      }),
      { numRuns: 100 },
    );
  });

  it("X6: capacity and counting stake never exceed what the stake backs", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        (have, minBond) => {
          const bond = { amount: have as Amount, capacity: 64 } as staking.Bond;
          const seats = BigInt(staking.capacityFor(bond, minBond as Amount));
          assert.ok(seats * minBond <= 4n * have);
          assert.ok(seats === 64n || (seats + 1n) * minBond > 4n * have);
          assert.equal(staking.meetsMinBond(bond, minBond as Amount), 10n * have >= 8n * minBond);
        },
      ),
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyFromBytes, utf8Decode } from "../../../../core/bytes.ts";
import { BugError } from "../../../../core/errors.ts";
import { maxAmount } from "../../../../core/math/integers.ts";
import * as auth from "../../../../modules/auth/index.ts";
import * as bank from "../../../../modules/bank/index.ts";
import { broken } from "../../../support/moduleCalls.ts";
import { codeOf, refusal } from "../../../support/refusal.ts";
import { alice, bankWorld, bob, carol, tasks, ucosm, units } from "./world.ts";

describe("bank: transfers", () => {
  it("moves coins, creates the receiver's account and keeps the supply", () => {
    const ctx = bankWorld().at();
    bank.send(ctx, alice, carol, ucosm(400n));
    assert.equal(bank.balance(ctx, alice, "ucosm"), 600n);
    assert.equal(bank.balance(ctx, carol, "ucosm"), 400n);
    assert.equal(bank.supply(ctx, "ucosm"), 1007n);
    // alice, bob and the five module accounts came first
    assert.equal(auth.getAccount(ctx, carol)?.accountNumber, 7n);
    assert.equal(ctx.coins.imbalance(), undefined);
    assert.deepEqual(broken(bank.bankModule, ctx), []);
  });

  it("sends to oneself without a change", () => {
    const world = bankWorld();
    const before = world.store.dump();
    bank.send(world.at(), alice, alice, ucosm(1000n));
    assert.deepEqual(world.store.dump(), before);
  });

  it("deletes a balance of zero and its index entry", () => {
    const world = bankWorld();
    const ctx = world.at();
    const size = world.store.size;
    bank.send(ctx, bob, alice, ucosm(7n));
    assert.equal(bank.balance(ctx, bob, "ucosm"), 0n);
    assert.equal(world.store.size, size - 2);
    assert.deepEqual(broken(bank.bankModule, ctx), []);
  });

  it("lays the state out as the SDK does", () => {
    const world = bankWorld();
    const at = (...bytes: (number | string)[]): string | undefined => {
      const key = bytes.flatMap((part) =>
        typeof part === "string" ? [...Buffer.from(part)] : [part],
      );
      const value = world.store.get("bank", keyFromBytes(Uint8Array.from(key)));
      return value === undefined ? undefined : utf8Decode(value);
    };
    const address = new Array<number>(20).fill(1);
    assert.equal(at(0, "ucosm"), "1007");
    assert.equal(at(2, 20, ...address, "ucosm"), "1000");
    assert.equal(at(3, "ucosm", 0, ...address), "\u0001");
    assert.equal(at(5), "\u0010\u0001");
  });

  it("emits coin_spent, coin_received and transfer in the SDK's order", () => {
    const ctx = bankWorld().at();
    const coins = [...ucosm(5n), { denom: "ustake", amount: units(3n) }];
    bank.send(ctx, alice, bob, coins);
    const plain = ctx.events.events.map(({ type, attributes }) => [
      type,
      ...attributes.map(({ key, value, index }) => `${key}=${value}${index ? " indexed" : ""}`),
    ]);
    assert.deepEqual(plain, [
      ["coin_spent", `spender=${alice}`, "amount=5ucosm,3ustake"],
      ["coin_received", `receiver=${bob}`, "amount=5ucosm,3ustake"],
      ["transfer", `recipient=${bob} indexed`, `sender=${alice} indexed`, "amount=5ucosm,3ustake"],
    ]);
  });

  it("refuses more than the balance in the words that wallets show", () => {
    const world = bankWorld();
    const cases: [string, bigint, string][] = [
      ["ucosm", 1001n, "spendable balance 1000ucosm is smaller than 1001ucosm: insufficient funds"],
      ["unone", 1n, "spendable balance 0unone is smaller than 1unone: insufficient funds"],
      [
        "ucosm",
        maxAmount,
        `spendable balance 1000ucosm is smaller than ${maxAmount}ucosm: insufficient funds`,
      ],
    ];
    for (const [denom, amount, text] of cases) {
      const step = [{ denom, amount: units(amount) }];
      const error = refusal(world, world.at(), (own) => bank.send(own, alice, bob, step));
      assert.equal(codeOf(error), "sdk/5");
      assert.equal(error.message, text);
    }
  });

  it("undoes the first coin when the second one is missing", () => {
    const world = bankWorld();
    const coins = [...ucosm(5n), { denom: "ustake", amount: units(51n) }];
    assert.equal(
      codeOf(refusal(world, world.at(), (own) => bank.send(own, alice, bob, coins))),
      "sdk/5",
    );
  });
});

describe("bank: modules", () => {
  it("moves coins to a module and back with one transfer event each", () => {
    const ctx = bankWorld().at();
    bank.toModule(ctx, alice, "tasks", "ucosm", units(300n));
    bank.fromModule(ctx, "tasks", carol, "ucosm", units(100n));
    bank.moduleToModule(ctx, "tasks", "fee_collector", "ucosm", units(50n));
    assert.equal(bank.balance(ctx, tasks, "ucosm"), 150n);
    assert.equal(bank.balance(ctx, carol, "ucosm"), 100n);
    const types = ctx.events.events.map(({ type }) => type);
    assert.deepEqual(types, ["transfer", "transfer"]);
    assert.deepEqual(ctx.events.events[0]?.attributes, [
      { key: "recipient", value: tasks, index: true },
      { key: "sender", value: alice, index: true },
      { key: "amount", value: "300ucosm", index: false },
    ]);
    assert.equal(ctx.coins.imbalance(), undefined);
    assert.deepEqual(broken(bank.bankModule, ctx), []);
  });

  it("does nothing for an amount of 0", () => {
    const world = bankWorld();
    const ctx = world.at();
    const before = world.store.dump();
    bank.toModule(ctx, alice, "tasks", "ucosm", units(0n));
    bank.fromModule(ctx, "tasks", carol, "ucosm", units(0n));
    bank.moduleToModule(ctx, "tasks", "staking", "ucosm", units(0n));
    bank.burn(ctx, "tasks", "ucosm", units(0n));
    bank.mint(ctx, "tasks", "ucosm", units(0n));
    assert.deepEqual(world.store.dump(), before);
    assert.deepEqual(ctx.events.events, []);
  });

  it("refuses a payer who has too little", () => {
    const world = bankWorld();
    const error = refusal(world, world.at(), (own) =>
      bank.toModule(own, bob, "tasks", "ucosm", units(8n)),
    );
    assert.equal(codeOf(error), "sdk/5");
    assert.equal(
      error.message,
      "spendable balance 7ucosm is smaller than 8ucosm: insufficient funds",
    );
  });

  it("takes a module that pays more than it has for a bug", () => {
    const ctx = bankWorld().at();
    bank.toModule(ctx, alice, "tasks", "ucosm", units(10n));
    assert.throws(() => bank.fromModule(ctx, "tasks", bob, "ucosm", units(11n)), BugError);
    assert.throws(
      () => bank.moduleToModule(ctx, "tasks", "staking", "ucosm", units(11n)),
      BugError,
    );
    assert.throws(() => bank.burn(ctx, "tasks", "ucosm", units(11n)), BugError);
    assert.equal(bank.balance(ctx, tasks, "ucosm"), 10n);
  });

  it("mints and burns the supply with the balance", () => {
    const ctx = bankWorld().at();
    bank.mint(ctx, "tasks", "unew", units(30n));
    assert.equal(bank.supply(ctx, "unew"), 30n);
    bank.burn(ctx, "tasks", "unew", units(30n));
    assert.equal(bank.supply(ctx, "unew"), 0n);
    assert.deepEqual(
      ctx.events.events.map(({ type }) => type),
      ["coinbase", "burn"],
    );
    assert.equal(ctx.coins.imbalance(), undefined);
    assert.deepEqual(broken(bank.bankModule, ctx), []);
  });

  it("B6: never mints a supply above 2^128-1", () => {
    const ctx = bankWorld().at();
    bank.mint(ctx, "tasks", "unew", units(maxAmount));
    assert.throws(() => bank.mint(ctx, "tasks", "unew", units(1n)), BugError);
    assert.equal(bank.supply(ctx, "unew"), maxAmount);
  });

  it("B6: takes a negative amount for a bug wherever it comes from", () => {
    const world = bankWorld();
    const before = world.store.dump();
    const minus = units(-1n);
    const steps: ((ctx: ReturnType<typeof world.at>) => void)[] = [
      (ctx) => bank.send(ctx, alice, bob, ucosm(-1n)),
      (ctx) => bank.toModule(ctx, alice, "tasks", "ucosm", minus),
      (ctx) => bank.fromModule(ctx, "tasks", alice, "ucosm", minus),
      (ctx) => bank.moduleToModule(ctx, "tasks", "staking", "ucosm", minus),
      (ctx) => bank.mint(ctx, "tasks", "ucosm", minus),
      (ctx) => bank.burn(ctx, "tasks", "ucosm", minus),
    ];
    for (const step of steps) assert.throws(() => step(world.at()), BugError);
    assert.deepEqual(world.store.dump(), before);
  });
});

describe("bank: coin ledger", () => {
  it("hears of every balance and every supply change", () => {
    const ctx = bankWorld().at();
    bank.mint(ctx, "tasks", "ucosm", units(5n));
    bank.send(ctx, alice, bob, ucosm(3n));
    bank.burn(ctx, "tasks", "ucosm", units(2n));
    assert.equal(ctx.coins.imbalance(), undefined);
    ctx.coins.balance("ucosm", 1n);
    assert.match(ctx.coins.imbalance() ?? "", /1ucosm more/);
  });
});

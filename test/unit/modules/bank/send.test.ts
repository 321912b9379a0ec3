import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TxError } from "../../../../core/errors.ts";
import * as bank from "../../../../modules/bank/index.ts";
import { type Coin, MsgMultiSend, MsgSend } from "../../../../proto/cosmos.ts";
import type { TestWorld } from "../../../support/ctx.ts";
import { broken, deliver } from "../../../support/moduleCalls.ts";
import { codeOf, refusal } from "../../../support/refusal.ts";
import { alice, bankWorld, bob, carol, tasks } from "./world.ts";

const { bankModule } = bank;
const sendUrl = "/cosmos.bank.v1beta1.MsgSend";
const multiUrl = "/cosmos.bank.v1beta1.MsgMultiSend";
type Ctx = ReturnType<TestWorld["at"]>;

function coin(amount: string, denom = "ucosm"): Coin {
  return { denom, amount };
}

function send(ctx: Ctx, coins: Coin[], to: string = bob, from: string = alice): Uint8Array {
  const msg = { fromAddress: from, toAddress: to, amount: coins };
  return deliver(bankModule, ctx, sendUrl, MsgSend.encode(msg).finish());
}

function multi(ctx: Ctx, msg: MsgMultiSend): Uint8Array {
  return deliver(bankModule, ctx, multiUrl, MsgMultiSend.encode(msg).finish());
}

describe("bank: send", () => {
  it("moves the coins, says who sent, and answers with nothing", () => {
    const ctx = bankWorld().at();
    assert.deepEqual(send(ctx, [coin("10"), coin("5", "ustake")]), new Uint8Array());
    assert.equal(bank.balance(ctx, bob, "ucosm"), 17n);
    assert.equal(bank.balance(ctx, bob, "ustake"), 5n);
    const types = ctx.events.events.map(({ type }) => type);
    assert.deepEqual(types, ["coin_spent", "coin_received", "transfer", "message"]);
    assert.deepEqual(ctx.events.events[3]?.attributes, [
      { key: "sender", value: alice, index: true },
    ]);
  });

  it("is signed by the sender", () => {
    const msg = bankModule.msgs.find((one) => one.typeUrl === sendUrl);
    const bytes = MsgSend.encode({
      fromAddress: alice,
      toAddress: bob,
      amount: [coin("1")],
    }).finish();
    assert.equal(msg?.signer(msg.request.decode(bytes)), alice);
  });

  it("delivers a second time as long as the coins last", () => {
    const world = bankWorld();
    send(world.at(), [coin("600")]);
    const error = refusal(world, world.at(), (own) => send(own, [coin("600")]));
    assert.equal(codeOf(error), "sdk/5");
  });

  const cosmos = "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6";
  const refused: [string, (ctx: Ctx) => unknown, string, RegExp][] = [
    ["more than there is", (ctx) => send(ctx, [coin("1001")]), "sdk/5", /insufficient funds$/],
    ["no coins", (ctx) => send(ctx, []), "sdk/10", /invalid coins$/],
    ["an amount of 0", (ctx) => send(ctx, [coin("0")]), "sdk/10", /got 0/],
    ["an amount of nothing", (ctx) => send(ctx, [coin("")]), "sdk/10", /digits/],
    ["a negative amount", (ctx) => send(ctx, [coin("-1")]), "sdk/10", /digits/],
    ["D12: a leading zero", (ctx) => send(ctx, [coin("01")]), "sdk/10", /digits/],
    ["D12: a blank", (ctx) => send(ctx, [coin(" 1")]), "sdk/10", /digits/],
    ["D12: hex", (ctx) => send(ctx, [coin("0x1F")]), "sdk/10", /digits/],
    ["2^128", (ctx) => send(ctx, [coin((2n ** 128n).toString())]), "sdk/10", /2\^128-1/],
    ["a denom of two letters", (ctx) => send(ctx, [coin("1", "uc")]), "sdk/10", /denom/],
    [
      "unsorted denoms",
      (ctx) => send(ctx, [coin("1", "ustake"), coin("1")]),
      "sdk/10",
      /ascending/,
    ],
    ["a denom twice", (ctx) => send(ctx, [coin("1"), coin("1")]), "sdk/10", /ascending/],
    ["a broken receiver", (ctx) => send(ctx, [coin("1")], "assay1x"), "sdk/7", /invalid address$/],
    ["a broken sender", (ctx) => send(ctx, [coin("1")], bob, ""), "sdk/7", /invalid address$/],
    [
      "another chain's address",
      (ctx) => send(ctx, [coin("1")], cosmos),
      "sdk/7",
      /invalid address$/,
    ],
    ["mixed case", (ctx) => send(ctx, [coin("1")], bob.toUpperCase()), "sdk/7", /invalid address$/],
    [
      "B15: a module account",
      (ctx) => send(ctx, [coin("1")], tasks),
      "sdk/4",
      /is not allowed to receive funds: unauthorized$/,
    ],
  ];
  for (const [name, step, code, text] of refused) {
    it(`refuses ${name}`, () => {
      const world = bankWorld();
      const error: TxError = refusal(world, world.at(), step);
      assert.equal(codeOf(error), code);
      assert.match(error.message, text);
    });
  }

  it("refuses every module account", () => {
    const world = bankWorld();
    const addresses = bank.moduleAccounts.map((name) =>
      refusal(world, world.at(), (own) => {
        bank.mint(own, name, "unew", 1n as never);
        const to = own.events.events[0]?.attributes[0]?.value ?? "";
        send(own, [coin("1")], to);
      }),
    );
    assert.deepEqual(addresses.map(codeOf), new Array(5).fill("sdk/4"));
  });

  it("takes 2^128-1 as an amount and lacks the funds", () => {
    const world = bankWorld();
    const max = coin((2n ** 128n - 1n).toString());
    assert.equal(codeOf(refusal(world, world.at(), (own) => send(own, [max]))), "sdk/5");
  });

  it("refuses a denom whose transfers are switched off, by its own switch before the default", () => {
    const off = bankWorld({ sendEnabled: [{ denom: "ucosm", enabled: false }] });
    const error = refusal(off, off.at(), (own) => send(own, [coin("1")]));
    assert.equal(codeOf(error), "bank/5");
    assert.equal(
      error.message,
      "ucosm transfers are currently disabled: send transactions are disabled",
    );
    send(off.at(), [coin("1", "ustake")]);

    const on = bankWorld({
      params: { defaultSendEnabled: false, sendEnabled: [] },
      sendEnabled: [{ denom: "ucosm", enabled: true }],
    });
    send(on.at(), [coin("1")]);
    assert.equal(codeOf(refusal(on, on.at(), (own) => send(own, [coin("1", "ustake")]))), "bank/5");
  });

  it("stays within the gas that the CosmJS suite allows, also for a new account", () => {
    const ctx = bankWorld().at();
    send(ctx, [coin("1")], carol);
    assert.ok(ctx.gas.used < 90_000n, `${ctx.gas.used}`);
    assert.ok(ctx.gas.used > 10_000n);
  });
});

describe("bank: multi-send", () => {
  const input = { address: alice, coins: [coin("10"), coin("5", "ustake")] };
  const outputs = [
    { address: bob, coins: [coin("4"), coin("5", "ustake")] },
    { address: carol, coins: [coin("6")] },
  ];

  it("pays every output from the one input", () => {
    const ctx = bankWorld().at();
    multi(ctx, { inputs: [input], outputs });
    assert.equal(bank.balance(ctx, alice, "ucosm"), 990n);
    assert.equal(bank.balance(ctx, carol, "ucosm"), 6n);
    assert.deepEqual(
      ctx.events.events.map(({ type }) => type),
      ["coin_spent", "message", "coin_received", "transfer", "coin_received", "transfer"],
    );
    assert.deepEqual(broken(bankModule, ctx), []);
  });

  const refused: [string, MsgMultiSend, string][] = [
    ["no input", { inputs: [], outputs }, "bank/2"],
    ["no output", { inputs: [input], outputs: [] }, "bank/3"],
    ["outputs of another sum", { inputs: [input], outputs: outputs.slice(1) }, "bank/4"],
    ["two inputs", { inputs: [input, input], outputs }, "bank/9"],
    [
      "a module account among the outputs",
      {
        inputs: [input],
        outputs: [...outputs.slice(0, 1), { address: tasks, coins: [coin("6")] }],
      },
      "sdk/4",
    ],
    [
      "an output of 0",
      { inputs: [input], outputs: [...outputs, { address: bob, coins: [coin("0")] }] },
      "sdk/10",
    ],
    ["an input without coins", { inputs: [{ address: alice, coins: [] }], outputs }, "sdk/10"],
    [
      "more than there is",
      {
        inputs: [{ address: bob, coins: [coin("8")] }],
        outputs: [{ address: alice, coins: [coin("8")] }],
      },
      "sdk/5",
    ],
  ];
  for (const [name, msg, code] of refused) {
    it(`refuses ${name}`, () => {
      const world = bankWorld();
      assert.equal(codeOf(refusal(world, world.at(), (own) => multi(own, msg))), code);
    });
  }
});

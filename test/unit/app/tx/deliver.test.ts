import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deliverTx, type Refusal } from "../../../../app/tx/deliver.ts";
import type { DecodedTx, Message } from "../../../../app/tx/decode.ts";
import type { Ctx } from "../../../../core/context.ts";
import { BugError, FatalError, sdkErrors } from "../../../../core/errors.ts";
import type { Event } from "../../../../core/events.ts";
import { defineMsg } from "../../../../core/module.ts";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import { getAccount } from "../../../../modules/auth/index.ts";
import { balance } from "../../../../modules/bank/index.ts";
import { MsgSend, MsgSendResponse, TxMsgData, type Any } from "../../../../proto/cosmos.ts";
import { msg, startChain, type TestChain } from "../../../support/driver.ts";
import { testKey, type TestKey } from "../../../support/keys.ts";

const sendType = "/cosmos.bank.v1beta1.MsgSend";
const send = (from: TestKey, to: TestKey, amount = "5"): Any =>
  msg(sendType, MsgSend, {
    fromAddress: from.address,
    toAddress: to.address,
    amount: [{ denom: "uassay", amount }],
  });
const coins = (chain: TestChain, key: TestKey): bigint =>
  chain.read((ctx) => balance(ctx, key.address, "uassay"));
const start = 1_000_000_000_000n;

/** Of each message event: its action, its sender, and whether a search finds it by the sender. */
const senders = (events: readonly Event[]): [string, string, boolean][] =>
  events.flatMap(({ type, attributes }) => {
    const sender = attributes.find(({ key }) => key === "sender");
    if (type !== "message" || sender === undefined) return [];
    const action = attributes.find(({ key }) => key === "action")?.value ?? "";
    return [[action, sender.value, sender.index] as [string, string, boolean]];
  });

describe("tx: deliver", () => {
  it("answers with the responses of all messages", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const result = chain.mustRun(alice, [send(alice, bob), send(alice, bob)]);
    const { msgResponses, data } = TxMsgData.decode(result.data);
    assert.deepEqual(data, []);
    assert.deepEqual(
      msgResponses.map(({ typeUrl }) => typeUrl),
      ["/cosmos.bank.v1beta1.MsgSendResponse", "/cosmos.bank.v1beta1.MsgSendResponse"],
    );
    assert.equal(chain.responses(result, MsgSendResponse).length, 2);
    assert.equal(result.log, "");
    assert.ok(result.gasUsed < 150_000n, `gas of two sends: ${result.gasUsed}`);
  });

  it("emits the SDK's events, each message's closed by its index", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const { events } = chain.mustRun(alice, [send(alice, bob), send(alice, bob, "6")], {
      fee: "7uassay",
    });
    const transfer = ["coin_spent", "coin_received", "transfer", "message"];
    assert.deepEqual(
      events.map(({ type }) => type),
      [...transfer, "tx", "tx", "tx", "message", ...transfer, "message", ...transfer],
    );
    const collector = moduleAddress("fee_collector");
    const attributes = (i: number): Record<string, string> =>
      Object.fromEntries((events[i]?.attributes ?? []).map(({ key, value }) => [key, value]));
    assert.deepEqual(attributes(2), {
      ...{ recipient: collector, sender: alice.address, amount: "7uassay" },
    });
    assert.deepEqual(attributes(3), { sender: alice.address });
    assert.deepEqual(attributes(4), { fee: "7uassay", fee_payer: alice.address });
    assert.deepEqual(attributes(5), { acc_seq: `${alice.address}/0` });
    assert.equal(Buffer.from(attributes(6)["signature"] ?? "", "base64").length, 64);
    const action = { action: sendType, sender: alice.address, module: "bank" };
    assert.deepEqual(attributes(7), { ...action, msg_index: "0" });
    assert.deepEqual(attributes(12), { ...action, msg_index: "1" });
    for (const { attributes: list } of events.slice(7))
      assert.equal(list[list.length - 1]?.key, "msg_index");
    const searched = new Set(
      events.flatMap(({ type, attributes: list }) =>
        list.filter(({ index }) => index).map(({ key }) => `${type}.${key}`),
      ),
    );
    for (const key of ["message.action", "message.sender", "message.module", "tx.acc_seq"])
      assert.ok(searched.has(key), key);
    assert.ok(!searched.has("tx.signature") && !searched.has("tx.fee"));
    assert.deepEqual(senders(events), [
      ["", alice.address, false],
      [sendType, alice.address, true],
      ["", alice.address, false],
      [sendType, alice.address, true],
      ["", alice.address, false],
    ]);
  });

  it("B14: keeps fee and sequence when a message fails, and none of the messages' writes and events", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const messages = [send(alice, bob), send(alice, bob, "99999999999999")];
    const result = chain.run(alice, messages, { fee: "10uassay" });
    assert.deepEqual([result.codespace, result.code], ["sdk", 5]);
    assert.equal(
      result.log,
      "failed to execute message; message index: 1: spendable balance 999999999985uassay is smaller than 99999999999999uassay: insufficient funds",
    );
    assert.equal(result.data.length, 0);
    assert.equal(coins(chain, bob), start);
    assert.equal(coins(chain, alice), start - 10n);
    assert.equal(
      chain.read((ctx) => getAccount(ctx, alice.address)?.sequence),
      1n,
    );
    assert.ok(
      result.events.every(({ attributes }) => attributes.every((a) => a.key !== "msg_index")),
    );
    assert.equal(result.events.length, 7);
    chain.assertInvariants();
  });

  it("out of gas in a message is sdk/11 and is charged", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const result = chain.run(alice, send(alice, bob), { gas: 42_000n, fee: "10uassay" });
    assert.deepEqual([result.codespace, result.code], ["sdk", 11]);
    assert.match(result.log, /message index: 0: out of gas in location: .*gasWanted: 42000/);
    assert.ok(result.gasUsed > 42_000n);
    assert.equal(coins(chain, alice), start - 10n);
  });

  it("several signers sign one transaction, in the order of its messages", () => {
    const chain = startChain();
    const [alice, bob, carol] = chain.accounts as [TestKey, TestKey, TestKey];
    const messages = [send(bob, carol), send(alice, carol), send(bob, carol)];
    const result = chain.mustRun([bob, alice], messages, { fee: "10uassay" });
    assert.equal(coins(chain, carol), start + 15n);
    assert.equal(coins(chain, bob), start - 20n);
    assert.equal(
      chain.attributes(result, "tx").filter((tx) => tx["acc_seq"] !== undefined).length,
      2,
    );
    const swapped = chain.run([alice, bob], messages);
    assert.equal(swapped.code, 8);
  });

  it("a payer that signs too pays the fee", () => {
    const chain = startChain();
    const [alice, bob, carol] = chain.accounts as [TestKey, TestKey, TestKey];
    chain.mustRun(alice, send(alice, bob), { fee: "10uassay", payer: carol });
    assert.equal(coins(chain, alice), start - 5n);
    assert.equal(coins(chain, carol), start - 10n);
    const unsigned = chain.run(alice, send(alice, bob), {
      fee: "10uassay",
      edit: ({ authInfo }) => {
        if (authInfo.fee !== undefined) authInfo.fee.payer = carol.address;
      },
    });
    assert.deepEqual(
      [unsigned.code, unsigned.log],
      [4, "wrong number of signers; expected 2, got 1: unauthorized"],
    );
  });

  it("replays are refused by the sequence", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const bytes = chain.tx(alice, send(alice, bob));
    assert.equal(chain.deliver(bytes)[0]?.code, 0);
    assert.equal(chain.finalize([bytes]).code, 32);
    assert.equal(coins(chain, bob), start + 5n);
  });
});

describe("tx: deliver: what no protocol error covers", () => {
  const request = { encode: () => new Uint8Array(), decode: () => ({}) };
  const alice = testKey("account 0");

  /** A transaction whose one message does this. */
  function run(chain: TestChain, handle: (ctx: Ctx) => void): ReturnType<typeof deliverTx> {
    const def = defineMsg({
      ...{ typeUrl: "/test.MsgTrouble", request, response: request },
      signer: () => alice.address,
      handle(ctx: Ctx) {
        handle(ctx);
        return {};
      },
    });
    const decoded = chain.first.state.txs.decode(chain.tx(alice, send(alice, alice)));
    const message: Message = { typeUrl: def.typeUrl, def, value: {}, signer: alice.address };
    const tx: DecodedTx = Object.defineProperty(decoded, "messages", { value: [message] });
    const { state } = chain.first;
    const ctx = state.ctx(state.blockBranch(), state.blockAt(2n, 1n, new Uint8Array(20)));
    return deliverTx(ctx, tx, state.anteEnv("deliver"));
  }

  const started = (): TestChain => {
    const chain = startChain();
    chain.next();
    return chain;
  };

  it("a bug costs the transaction with code 1 and an alarm", () => {
    const chain = started();
    const result = run(chain, () => {
      throw new BugError("broken promise");
    });
    assert.deepEqual([result.codespace, result.code], ["undefined", 1]);
    assert.equal(result.events.length, 3);
    assert.match(chain.alarms().join(), /BugError: broken promise/);
  });

  it("coins from nowhere cost the transaction with code 1 and an alarm", () => {
    const chain = started();
    const result = run(chain, (ctx) => ctx.coins.balance("uassay", 1n));
    assert.deepEqual([result.codespace, result.code], ["undefined", 1]);
    assert.match(chain.alarms().join(), /minted - burned/);
  });

  it("D16: what depends on the machine ends the block", () => {
    const deep = (n: number): number => 1 + deep(n + 1);
    const cases: readonly (() => void)[] = [
      () => void deep(0),
      () => void new Uint8Array(2 ** 53),
      () => {
        throw new FatalError("disk");
      },
    ];
    for (const handle of cases) assert.throws(() => run(started(), handle));
  });

  it("a refusal of a message names its index", () => {
    const result = run(started(), () => {
      throw sdkErrors.logic("no");
    });
    const expected: Refusal = {
      ...{ codespace: "sdk", code: 35 },
      log: "failed to execute message; message index: 0: no",
    };
    assert.deepEqual({ codespace: result.codespace, code: result.code, log: result.log }, expected);
  });

  it("a sender that no action names is searched: of a failed transaction, and of another's", () => {
    const chain = started();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const failed = chain.run(alice, [send(alice, bob, "99999999999999")], {
      fee: "7uassay",
    });
    assert.deepEqual(senders(failed.events), [["", alice.address, true]]);
    const result = run(chain, (ctx) =>
      ctx.events.add({
        type: "message",
        attributes: [{ key: "sender", value: bob.address, index: true }],
      }),
    );
    assert.deepEqual(senders(result.events).at(-1), ["", bob.address, true]);
  });

  it("an event with a module keeps the message event from naming one", () => {
    const chain = started();
    const result = run(chain, (ctx) =>
      ctx.events.add({ type: "x", attributes: [{ key: "module", value: "y", index: false }] }),
    );
    assert.equal(chain.attributes(result, "message").at(-1)?.["module"], undefined);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  addressField,
  addressOrNoneField,
  amountField,
  branded,
  decField,
  listOf,
  optional,
  proto,
  required,
} from "../../../core/codec.ts";
import { addressFromBytes } from "../../../core/crypto/bech32.ts";
import { TxError } from "../../../core/errors.ts";
import { Coin, MsgSend, BaseAccount } from "../../../proto/cosmos.ts";

const alice = addressFromBytes(new Uint8Array(20).fill(1));
const refusedWith = (code: number) => (error: unknown) =>
  error instanceof TxError && error.codespace === "sdk" && error.code === code;

describe("core: codec", () => {
  it("brands named fields on the way in and gives the same bytes on the way out", () => {
    const OurCoin = branded(Coin, { amount: amountField });
    const Message = branded(MsgSend, { fromAddress: addressField, amount: listOf(OurCoin) });
    const raw = {
      fromAddress: alice,
      toAddress: "anything",
      amount: [{ denom: "a", amount: "7" }],
    };
    const bytes = MsgSend.encode(raw).finish();
    const ours = Message.decode(bytes);
    assert.deepEqual(ours, { ...raw, amount: [{ denom: "a", amount: 7n }] });
    assert.deepEqual(Message.encode(ours), bytes);
    assert.deepEqual(Message.toWire(ours), raw);
  });

  it("leaves the decoded message alone", () => {
    const OurCoin = branded(Coin, { amount: amountField });
    const raw = { denom: "a", amount: "7" };
    OurCoin.fromWire(raw);
    assert.equal(raw.amount, "7");
  });

  it("D12: takes canonical amounts up to 2^128-1, nothing else", () => {
    for (const [text, value] of [
      ["", 0n],
      ["0", 0n],
      ["1", 1n],
      [(2n ** 128n - 1n).toString(), 2n ** 128n - 1n],
    ] as const) {
      assert.equal(amountField.fromWire(text), value);
    }
    for (const text of [
      "-1",
      "+1",
      "01",
      "00",
      " 1",
      "1 ",
      "0x1F",
      "1e3",
      "1.0",
      "٣",
      (2n ** 128n).toString(),
    ]) {
      assert.throws(() => amountField.fromWire(text), refusedWith(18), text);
      assert.throws(() => decField.fromWire(text), refusedWith(18), text);
    }
  });

  it("takes addresses of the chain alone", () => {
    assert.equal(addressField.fromWire(alice), alice);
    assert.equal(addressOrNoneField.fromWire(""), "");
    for (const text of [
      "",
      "x",
      alice.toUpperCase(),
      alice.slice(0, -1),
      "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6",
    ]) {
      assert.throws(() => addressField.fromWire(text), refusedWith(7), text);
      if (text !== "") assert.throws(() => addressOrNoneField.fromWire(text), refusedWith(7), text);
    }
  });

  it("tells absent messages from present ones", () => {
    const OurCoin = branded(Coin, { amount: amountField });
    const maybe = optional(OurCoin);
    assert.equal(maybe.fromWire(undefined), undefined);
    assert.equal(maybe.toWire(undefined), undefined);
    assert.equal(maybe.fromWire({ denom: "a", amount: "5" })?.amount, 5n);
    const must = required(OurCoin, "fee");
    assert.throws(() => must.fromWire(undefined), refusedWith(18));
    assert.equal(must.fromWire({ denom: "a", amount: "5" }).amount, 5n);
  });

  it("takes a generated message as it is", () => {
    const Account = proto(BaseAccount);
    const value = { address: alice, accountNumber: 2n ** 64n - 1n, sequence: 0n };
    assert.deepEqual(Account.decode(Account.encode(value)), BaseAccount.fromPartial(value));
  });
});

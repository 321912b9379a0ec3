import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeSecp256k1Pubkey, pubkeyToAddress } from "@cosmjs/amino";
import { fromBase64 } from "@cosmjs/encoding";
import { encodePubkey } from "@cosmjs/proto-signing";
import type { Address } from "../../../../core/brand.ts";
import { keyFromBytes } from "../../../../core/bytes.ts";
import { moduleAddress, pubKeyAddress } from "../../../../core/crypto/address.ts";
import { addressFromBytes } from "../../../../core/crypto/bech32.ts";
import { BugError } from "../../../../core/errors.ts";
import * as auth from "../../../../modules/auth/index.ts";
import { Account } from "../../../../modules/auth/types.ts";
import { Any, BaseAccount, ModuleAccount } from "../../../../proto/cosmos.ts";
import { testWorld } from "../../../support/ctx.ts";
import { codeOf, refusal } from "../../../support/refusal.ts";

const key = fromBase64("A08EGB7ro1ORuFhjOnZcSgwYlpe0DSFjVNUIkNNQxwKQ");
const alice = pubKeyAddress(key);
const bob = addressFromBytes(new Uint8Array(20).fill(7));

describe("auth: accounts", () => {
  it("numbers accounts from 0 in the order of their creation", () => {
    const ctx = testWorld().at();
    assert.deepEqual(auth.ensureAccount(ctx, alice), {
      address: alice,
      accountNumber: 0n,
      sequence: 0n,
    });
    assert.equal(auth.ensureAccount(ctx, bob).accountNumber, 1n);
    assert.equal(auth.ensureModuleAccount(ctx, "tasks").accountNumber, 2n);
    assert.equal(auth.ensureAccount(ctx, alice).accountNumber, 0n);
  });

  it("D17: an account is what its bytes decode to, in every form that is written", () => {
    const ctx = testWorld().at();
    const multisig = {
      typeUrl: "/cosmos.crypto.multisig.LegacyAminoPubKey",
      value: new Uint8Array(),
    };
    const written = [
      auth.ensureAccount(ctx, alice),
      auth.setPubKey(ctx, alice, key),
      auth.bumpSequence(ctx, alice),
      auth.ensureModuleAccount(ctx, "tasks", ["burner"]),
      auth.ensureAccount(ctx, bob),
      auth.setPubKey(ctx, bob, multisig),
    ];
    for (const account of written) {
      assert.deepEqual(Account.decode(Account.encode(account)), account);
      // A piece of a pool would keep the whole pool alive (proto/cosmos.ts).
      const bytes = Account.encode(account);
      assert.equal(bytes.buffer.byteLength, bytes.length);
    }
  });

  it("finds nothing where there is no account", () => {
    assert.equal(auth.getAccount(testWorld().at(), alice), undefined);
  });

  it("derives the address as CosmJS does", () => {
    assert.equal(alice, pubkeyToAddress(encodeSecp256k1Pubkey(key), "assay"));
    assert.equal(alice, "assay1pkptre7fdkl6gfrzlesjjvhxhlc3r4gm8j467g");
  });

  it("lays the state out as the SDK does", () => {
    const world = testWorld();
    const ctx = world.at();
    auth.ensureAccount(ctx, bob);
    auth.ensureAccount(ctx, alice);
    auth.setPubKey(ctx, alice, key);
    auth.bumpSequence(ctx, alice);
    auth.ensureModuleAccount(ctx, "fee_collector");

    const at = (bytes: number[]): Uint8Array | undefined =>
      world.store.get("acc", keyFromBytes(Uint8Array.from(bytes)));
    const addressBytes = [...Buffer.from("0d82b1e7c96dbfa42462fe612932e6bff111d51b", "hex")];
    const number = [...Buffer.from("accountNumber"), 0, 0, 0, 0, 0, 0, 0, 1];
    assert.deepEqual(at(number), Uint8Array.from(addressBytes));
    assert.deepEqual(at([2]), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3));

    const stored = Any.decode(at([1, ...addressBytes]) ?? new Uint8Array());
    assert.equal(stored.typeUrl, "/cosmos.auth.v1beta1.BaseAccount");
    const account = BaseAccount.decode(stored.value);
    assert.deepEqual(account, {
      address: alice,
      pubKey: encodePubkey(encodeSecp256k1Pubkey(key)),
      accountNumber: 1n,
      sequence: 1n,
    });

    const pool = [...Buffer.from("f1829676db577682e944fc3493d451b67ff3e29f", "hex")];
    const module = Any.decode(at([1, ...pool]) ?? new Uint8Array());
    assert.equal(module.typeUrl, "/cosmos.auth.v1beta1.ModuleAccount");
    assert.equal(ModuleAccount.decode(module.value).name, "fee_collector");
  });

  it("reads a secp256k1 key back as 33 bytes, and any other kind as it was stored", () => {
    const ctx = testWorld().at();
    auth.ensureAccount(ctx, alice);
    auth.ensureAccount(ctx, bob);
    auth.setPubKey(ctx, alice, key);
    const multisig = {
      typeUrl: "/cosmos.crypto.multisig.LegacyAminoPubKey",
      value: Uint8Array.of(8, 1),
    };
    auth.setPubKey(ctx, bob, multisig);
    assert.deepEqual(auth.getAccount(ctx, alice)?.pubKey, key);
    assert.equal(auth.getAccount(ctx, bob)?.pubKey, undefined);
    assert.deepEqual(auth.getAccount(ctx, bob)?.anyPubKey, multisig);
  });

  it("makes an account that was paid before its module existed the module's", () => {
    const ctx = testWorld().at();
    const address = moduleAddress("tasks");
    auth.ensureAccount(ctx, bob);
    auth.ensureAccount(ctx, address);
    assert.equal(auth.isModuleAddress(ctx, address), false);
    const account = auth.ensureModuleAccount(ctx, "tasks", ["burner"]);
    assert.equal(account.accountNumber, 1n);
    assert.equal(auth.isModuleAddress(ctx, address), true);
    assert.equal(auth.isModuleAddress(ctx, bob), false);
    assert.deepEqual(auth.getAccount(ctx, address)?.permissions, ["burner"]);
  });

  it("writes nothing when the module account exists", () => {
    const world = testWorld();
    auth.ensureModuleAccount(world.at(), "tasks");
    const before = world.store.dump();
    auth.ensureModuleAccount(world.at(), "tasks");
    assert.deepEqual(world.store.dump(), before);
  });

  it("refuses a key for an account that does not exist", () => {
    const world = testWorld();
    const error = refusal(world, world.at(), (own) => auth.setPubKey(own, alice, key));
    assert.equal(codeOf(error), "sdk/9");
    assert.equal(error.message, `account ${alice} does not exist: unknown address`);
  });

  it("takes the sequence of an account that does not exist for a bug", () => {
    assert.throws(() => auth.bumpSequence(testWorld().at(), alice), BugError);
  });

  it("keeps 32-byte addresses apart from 20-byte ones with the same beginning", () => {
    const ctx = testWorld().at();
    const long: Address = addressFromBytes(new Uint8Array(32).fill(7));
    auth.ensureAccount(ctx, bob);
    assert.equal(auth.getAccount(ctx, long), undefined);
    assert.equal(auth.ensureAccount(ctx, long).accountNumber, 1n);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress, pubKeyAddress } from "../../../../core/crypto/address.ts";
import { addressFromBytes } from "../../../../core/crypto/bech32.ts";
import * as auth from "../../../../modules/auth/index.ts";
import {
  type Any,
  AuthGenesisState,
  BaseAccount,
  ModuleAccount,
  Secp256k1PubKey,
} from "../../../../proto/cosmos.ts";
import { testWorld } from "../../../support/ctx.ts";
import { broken, exportGenesis, genesisFaults, initGenesis } from "../../../support/moduleCalls.ts";

const { authModule } = auth;
const key = new Uint8Array(33).fill(2);
const alice = pubKeyAddress(key);
const bob = addressFromBytes(new Uint8Array(20).fill(7));

function base(address: string, fields: Partial<BaseAccount> = {}): Any {
  const value = BaseAccount.fromPartial({ address, ...fields });
  return {
    typeUrl: "/cosmos.auth.v1beta1.BaseAccount",
    value: BaseAccount.encode(value).finish(),
  };
}

function module(name: string, address: string, fields: Partial<BaseAccount> = {}): Any {
  const value = {
    baseAccount: BaseAccount.fromPartial({ address, ...fields }),
    name,
    permissions: [],
  };
  return {
    typeUrl: "/cosmos.auth.v1beta1.ModuleAccount",
    value: ModuleAccount.encode(value).finish(),
  };
}

function keyAny(bytes: Uint8Array): Any {
  return {
    typeUrl: "/cosmos.crypto.secp256k1.PubKey",
    value: Secp256k1PubKey.encode({ key: bytes }).finish(),
  };
}

function genesis(accounts: Any[], params: Partial<auth.Params> = {}): AuthGenesisState {
  return { params: { ...auth.defaultParams, ...params }, accounts };
}

describe("auth: genesis", () => {
  it("numbers accounts in the order of the file", () => {
    const ctx = testWorld().at();
    initGenesis(
      authModule,
      ctx,
      genesis([base(bob), base(alice, { pubKey: keyAny(key), sequence: 4n })]),
    );
    assert.equal(auth.getAccount(ctx, bob)?.accountNumber, 0n);
    const found = auth.getAccount(ctx, alice);
    assert.deepEqual([found?.accountNumber, found?.sequence], [1n, 4n]);
    assert.deepEqual(found?.pubKey, key);
    assert.deepEqual(broken(authModule, ctx), []);
  });

  it("exports what it imports, byte by byte", () => {
    const [first, second] = [testWorld(), testWorld()];
    const ctx = first.at();
    initGenesis(authModule, ctx, genesis([base(bob), base(alice)]));
    auth.ensureModuleAccount(ctx, "tasks");
    auth.bumpSequence(ctx, alice);
    const exported = exportGenesis(authModule, ctx);
    initGenesis(authModule, second.at(), AuthGenesisState.decode(exported));
    assert.deepEqual(exportGenesis(authModule, second.at()), exported);
    assert.deepEqual(second.store.dump(), first.store.dump());
  });

  const cases: [string, AuthGenesisState, string, RegExp][] = [
    [
      "an unknown kind of account",
      genesis([{ typeUrl: "/x.Y", value: new Uint8Array() }]),
      "/accounts/0",
      /@type/,
    ],
    ["an address that is not bech32", genesis([base("assay1x")]), "/accounts/0", /bech32/],
    [
      "an address of another prefix",
      genesis([base("cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6")]),
      "/accounts/0",
      /bech32/,
    ],
    ["an address twice", genesis([base(bob), base(bob)]), "/accounts/1", /once/],
    [
      "a number out of order",
      genesis([base(bob, { accountNumber: 3n })]),
      "/accounts/0",
      /expected 0 or 0, got 3/,
    ],
    [
      "somebody else's key",
      genesis([base(bob, { pubKey: keyAny(key) })]),
      "/accounts/0",
      /pub_key/,
    ],
    [
      "a short key",
      genesis([base(bob, { pubKey: keyAny(key.slice(1)) })]),
      "/accounts/0",
      /33 bytes/,
    ],
    [
      "a module at a wrong address",
      genesis([module("tasks", bob)]),
      "/accounts/0",
      /of module tasks/,
    ],
    ["a module without a name", genesis([module("", bob)]), "/accounts/0", /name/],
    [
      "a module with a key",
      genesis([module("tasks", moduleAddress("tasks"), { pubKey: keyAny(key) })]),
      "/accounts/0",
      /pub_key/,
    ],
    ["params of zero", genesis([], { txSigLimit: 0n }), "/params/tx_sig_limit", /1\.\.100, got 0/],
  ];
  for (const [name, state, pointer, text] of cases) {
    it(`refuses ${name}`, () => {
      const faults = genesisFaults(authModule, state);
      assert.equal(faults.length, 1);
      assert.equal(faults[0]?.pointer, pointer);
      assert.match(faults[0]?.text ?? "", text);
    });
  }

  it("takes each parameter at its bounds and refuses it one beyond", () => {
    const bounds: [keyof auth.Params, bigint, bigint][] = [
      ["maxMemoCharacters", 1n, 65_536n],
      ["txSigLimit", 1n, 100n],
      ["txSizeCostPerByte", 1n, 10_000n],
      ["sigVerifyCostEd25519", 1n, 1_000_000n],
      ["sigVerifyCostSecp256k1", 1n, 1_000_000n],
    ];
    for (const [name, low, high] of bounds) {
      for (const [value, count] of [
        [low - 1n, 1],
        [low, 0],
        [high, 0],
        [high + 1n, 1],
      ] as const) {
        assert.equal(
          genesisFaults(authModule, genesis([], { [name]: value })).length,
          count,
          `${name} ${value}`,
        );
      }
    }
  });

  it("names every fault, not only the first", () => {
    assert.equal(
      genesisFaults(authModule, genesis([base("x"), base("y")], { txSigLimit: 0n })).length,
      3,
    );
  });
});

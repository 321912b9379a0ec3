import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accountFromAny } from "@cosmjs/stargate";
import { addressFromBytes } from "../../../../core/crypto/bech32.ts";
import { TxError } from "../../../../core/errors.ts";
import * as auth from "../../../../modules/auth/index.ts";
import * as wire from "../../../../proto/cosmos.ts";
import { testWorld, type TestWorld } from "../../../support/ctx.ts";
import { ask, initGenesis } from "../../../support/moduleCalls.ts";

const { authModule } = auth;
const addresses = Array.from({ length: 5 }, (_, i) => addressFromBytes(new Uint8Array(20).fill(i)));
const stranger = addressFromBytes(new Uint8Array(20).fill(99));
const service = "/cosmos.auth.v1beta1.Query/";

function world(): TestWorld {
  const made = testWorld();
  const ctx = made.at();
  initGenesis(authModule, ctx, { params: auth.defaultParams, accounts: [] });
  for (const address of addresses) auth.ensureAccount(ctx, address);
  auth.ensureModuleAccount(ctx, "tasks");
  auth.ensureModuleAccount(ctx, "fee_collector");
  return made;
}

function account(address: string): wire.QueryAccountResponse {
  const request = wire.QueryAccountRequest.encode({ address }).finish();
  return ask(authModule, world().at(), `${service}Account`, request, wire.QueryAccountResponse);
}

function refusedWith(text: string, code: number): (error: unknown) => boolean {
  return (error) =>
    error instanceof TxError &&
    error.code === code &&
    error.codespace === "sdk" &&
    error.message === text;
}

describe("auth: queries", () => {
  it("answers an account that CosmJS can parse", () => {
    const found = account(addresses[3] ?? "").account;
    assert.ok(found !== undefined);
    assert.deepEqual(accountFromAny(found), {
      address: addresses[3],
      pubkey: null,
      accountNumber: 3n,
      sequence: 0,
    });
  });

  it("says not found in the words that CosmJS matches", () => {
    const text = `rpc error: code = NotFound desc = account ${stranger} not found: key not found`;
    assert.throws(() => account(stranger), refusedWith(text, 22));
  });

  it("refuses an empty or broken address", () => {
    assert.throws(
      () => account(""),
      refusedWith(
        "rpc error: code = InvalidArgument desc = Address cannot be empty: invalid request",
        18,
      ),
    );
    assert.throws(
      () => account("assay1"),
      (error) => error instanceof TxError && error.code === 18,
    );
  });

  it("gives the base account of a module in AccountInfo", () => {
    const ctx = world().at();
    const [address] = [auth.ensureModuleAccount(ctx, "tasks").address];
    const request = wire.QueryAccountInfoRequest.encode({ address }).finish();
    const found = ask(
      authModule,
      ctx,
      `${service}AccountInfo`,
      request,
      wire.QueryAccountInfoResponse,
    );
    assert.equal(found.info?.accountNumber, 5n);
  });

  it("pages through all accounts", () => {
    const ctx = world().at();
    const seen: string[] = [];
    let key = new Uint8Array();
    for (let pages = 0; pages === 0 || key.length > 0; pages++) {
      assert.ok(pages < 10);
      const pagination = { key, offset: 0n, limit: 3n, countTotal: false, reverse: false };
      const request = wire.QueryAccountsRequest.encode({ pagination }).finish();
      const found = ask(authModule, ctx, `${service}Accounts`, request, wire.QueryAccountsResponse);
      seen.push(...found.accounts.map((any) => any.typeUrl));
      key = Uint8Array.from(found.pagination?.nextKey ?? []);
    }
    assert.equal(seen.length, 7);
    assert.equal(seen.filter((url) => url.endsWith("ModuleAccount")).length, 2);
  });

  it("lists the module accounts by name", () => {
    const ctx = world().at();
    const found = ask(
      authModule,
      ctx,
      `${service}ModuleAccounts`,
      new Uint8Array(),
      wire.QueryModuleAccountsResponse,
    );
    const names = found.accounts.map((any) => wire.ModuleAccount.decode(any.value).name);
    assert.deepEqual(names, ["fee_collector", "tasks"]);
  });

  it("finds a module account by name, and nothing else", () => {
    const ctx = world().at();
    const path = `${service}ModuleAccountByName`;
    const request = (name: string): Uint8Array =>
      wire.QueryModuleAccountByNameRequest.encode({ name }).finish();
    const found = ask(
      authModule,
      ctx,
      path,
      request("tasks"),
      wire.QueryModuleAccountByNameResponse,
    );
    assert.equal(found.account?.typeUrl, "/cosmos.auth.v1beta1.ModuleAccount");
    assert.throws(
      () => ask(authModule, ctx, path, request("none"), wire.QueryModuleAccountByNameResponse),
      TxError,
    );
  });

  it("answers params and prefix", () => {
    const ctx = world().at();
    const found = ask(
      authModule,
      ctx,
      `${service}Params`,
      new Uint8Array(),
      wire.QueryAuthParamsResponse,
    );
    assert.deepEqual(found.params, auth.defaultParams);
    const prefix = ask(
      authModule,
      ctx,
      `${service}Bech32Prefix`,
      new Uint8Array(),
      wire.Bech32PrefixResponse,
    );
    assert.equal(prefix.bech32Prefix, "assay");
  });
});

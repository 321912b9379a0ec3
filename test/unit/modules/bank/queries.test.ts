import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TxError } from "../../../../core/errors.ts";
import * as bank from "../../../../modules/bank/index.ts";
import * as wire from "../../../../proto/cosmos.ts";
import { ask } from "../../../support/moduleCalls.ts";
import { alice, bankWorld, bob, carol, units } from "./world.ts";

const { bankModule } = bank;
const service = "/cosmos.bank.v1beta1.Query/";
const page = (fields: Partial<wire.PageRequest>): wire.PageRequest => ({
  key: new Uint8Array(),
  offset: 0n,
  limit: 0n,
  countTotal: false,
  reverse: false,
  ...fields,
});

function balanceOf(address: string, denom: string): wire.QueryBalanceResponse {
  const request = wire.QueryBalanceRequest.encode({ address, denom }).finish();
  return ask(bankModule, bankWorld().at(), `${service}Balance`, request, wire.QueryBalanceResponse);
}

describe("bank: queries", () => {
  it("answers a balance, and 0 for what nobody has", () => {
    assert.deepEqual(balanceOf(alice, "ucosm").balance, { denom: "ucosm", amount: "1000" });
    assert.deepEqual(balanceOf(carol, "ucosm").balance, { denom: "ucosm", amount: "0" });
    assert.deepEqual(balanceOf(alice, "unone").balance, { denom: "unone", amount: "0" });
  });

  it("refuses a broken address or denom", () => {
    for (const [address, denom] of [
      ["x", "ucosm"],
      ["", "ucosm"],
      [alice, ""],
      [alice, "u"],
    ]) {
      assert.throws(
        () => balanceOf(address ?? "", denom ?? ""),
        (error) =>
          error instanceof TxError &&
          error.code === 18 &&
          error.message.startsWith("rpc error: code = InvalidArgument desc = invalid "),
      );
    }
  });

  for (const method of ["AllBalances", "SpendableBalances"]) {
    it(`answers ${method} sorted by denom, counted, of this address alone`, () => {
      const request = wire.QueryAllBalancesRequest.encode({
        address: alice,
        resolveDenom: false,
      }).finish();
      const found = ask(
        bankModule,
        bankWorld().at(),
        service + method,
        request,
        wire.QueryAllBalancesResponse,
      );
      assert.deepEqual(found.balances, [
        { denom: "ucosm", amount: "1000" },
        { denom: "ustake", amount: "50" },
      ]);
      assert.equal(found.pagination?.total, 2n);
    });
  }

  it("pages through balances and never leads out of the address", () => {
    const ctx = bankWorld().at();
    const ask1 = (fields: Partial<wire.PageRequest>) => {
      const query = { address: alice, resolveDenom: false, pagination: page(fields) };
      const request = wire.QueryAllBalancesRequest.encode(query).finish();
      return ask(bankModule, ctx, `${service}AllBalances`, request, wire.QueryAllBalancesResponse);
    };
    const first = ask1({ limit: 1n });
    assert.deepEqual(
      first.balances.map(({ denom }) => denom),
      ["ucosm"],
    );
    const key = Uint8Array.from(first.pagination?.nextKey ?? []);
    assert.ok(key.length > 0);
    const second = ask1({ limit: 1n, key });
    assert.deepEqual(
      second.balances.map(({ denom }) => denom),
      ["ustake"],
    );
    assert.equal(second.pagination?.nextKey.length, 0);
    // a made-up key before and behind the address's own entries
    assert.equal(ask1({ key: Uint8Array.of(0) }).balances.length, 2);
    assert.equal(ask1({ key: Uint8Array.of(255) }).balances.length, 0);
    assert.equal(ask1({ key: Uint8Array.of(255), reverse: true }).balances.length, 2);
  });

  it("answers the supply, as a page and by denom", () => {
    const ctx = bankWorld().at();
    const all = ask(
      bankModule,
      ctx,
      `${service}TotalSupply`,
      new Uint8Array(),
      wire.QueryTotalSupplyResponse,
    );
    assert.deepEqual(all.supply, [
      { denom: "ucosm", amount: "1007" },
      { denom: "ustake", amount: "50" },
    ]);
    const request = wire.QuerySupplyOfRequest.encode({ denom: "unone" }).finish();
    const none = ask(bankModule, ctx, `${service}SupplyOf`, request, wire.QuerySupplyOfResponse);
    assert.deepEqual(none.amount, { denom: "unone", amount: "0" });
  });

  it("answers metadata, and NotFound in the words that CosmJS matches", () => {
    const one = {
      ...{
        description: "",
        base: "ucosm",
        display: "ucosm",
        name: "",
        symbol: "",
        uri: "",
        uriHash: "",
      },
      denomUnits: [{ denom: "ucosm", exponent: 0, aliases: [] }],
    };
    const ctx = bankWorld({ denomMetadata: [one] }).at();
    const path = `${service}DenomMetadata`;
    const request = (denom: string) => wire.QueryDenomMetadataRequest.encode({ denom }).finish();
    const found = ask(bankModule, ctx, path, request("ucosm"), wire.QueryDenomMetadataResponse);
    assert.deepEqual(found.metadata, one);
    assert.throws(
      () => ask(bankModule, ctx, path, request("ustake"), wire.QueryDenomMetadataResponse),
      (error) =>
        error instanceof TxError &&
        error.code === 22 &&
        error.message ===
          "rpc error: code = NotFound desc = client metadata for denom ustake: key not found",
    );
    const all = ask(
      bankModule,
      ctx,
      `${service}DenomsMetadata`,
      new Uint8Array(),
      wire.QueryDenomsMetadataResponse,
    );
    assert.deepEqual(all.metadatas, [one]);
  });

  it("answers who owns a denom", () => {
    const ctx = bankWorld().at();
    bank.mint(ctx, "tasks", "ucosmx", units(1n));
    const request = wire.QueryDenomOwnersRequest.encode({ denom: "ucosm" }).finish();
    const found = ask(
      bankModule,
      ctx,
      `${service}DenomOwners`,
      request,
      wire.QueryDenomOwnersResponse,
    );
    assert.deepEqual(found.denomOwners, [
      { address: alice, balance: { denom: "ucosm", amount: "1000" } },
      { address: bob, balance: { denom: "ucosm", amount: "7" } },
    ]);
  });

  it("answers switches and params", () => {
    const ctx = bankWorld({
      sendEnabled: [
        { denom: "ucosm", enabled: false },
        { denom: "ustake", enabled: true },
      ],
    }).at();
    const request = wire.QuerySendEnabledRequest.encode({ denoms: ["ustake"] }).finish();
    const found = ask(
      bankModule,
      ctx,
      `${service}SendEnabled`,
      request,
      wire.QuerySendEnabledResponse,
    );
    assert.deepEqual(found.sendEnabled, [{ denom: "ustake", enabled: true }]);
    const params = ask(
      bankModule,
      ctx,
      `${service}Params`,
      new Uint8Array(),
      wire.QueryBankParamsResponse,
    );
    assert.equal(params.params.defaultSendEnabled, true);
  });
});

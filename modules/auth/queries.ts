import type { Address } from "../../core/brand.ts";
import { proto } from "../../core/codec.ts";
import { page } from "../../core/collections/page.ts";
import type { ReadCtx } from "../../core/context.ts";
import { addressBytes, bech32Config } from "../../core/crypto/bech32.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { invalidArgument, notFound } from "../../core/errors.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/cosmos.ts";
import { params } from "./params.ts";
import { accounts, moduleNames } from "./state.ts";
import { anyOfAccount, baseAccountOf, type Account } from "./types.ts";

const path = (method: string): string => `/cosmos.auth.v1beta1.Query/${method}`;

function requireFound(ctx: ReadCtx, text: string): Account {
  if (text === "") throw invalidArgument("Address cannot be empty");
  if (addressBytes(text) === undefined) {
    throw invalidArgument(`address: expected bech32, got "${text}"`);
  }
  const account = accounts.get(ctx, text as Address);
  if (account === undefined) throw notFound(`account ${text} not found`);
  return account;
}

const queryAccount = defineQuery({
  path: path("Account"),
  request: proto(wire.QueryAccountRequest),
  response: proto(wire.QueryAccountResponse),
  handle: (ctx, query) => ({ account: anyOfAccount(requireFound(ctx, query.address)) }),
});

const queryAccountInfo = defineQuery({
  path: path("AccountInfo"),
  request: proto(wire.QueryAccountInfoRequest),
  response: proto(wire.QueryAccountInfoResponse),
  handle: (ctx, query) => ({ info: baseAccountOf(requireFound(ctx, query.address)) }),
});

const queryAccounts = defineQuery({
  path: path("Accounts"),
  request: proto(wire.QueryAccountsRequest),
  response: proto(wire.QueryAccountsResponse),
  handle(ctx, query) {
    const found = page(ctx, accounts, query.pagination, { view: anyOfAccount });
    return { accounts: found.items, pagination: found.pagination };
  },
});

const queryParams = defineQuery({
  path: path("Params"),
  request: proto(wire.QueryAuthParamsRequest),
  response: proto(wire.QueryAuthParamsResponse),
  handle: (ctx) => ({ params: params(ctx) }),
});

const queryModuleAccounts = defineQuery({
  path: path("ModuleAccounts"),
  request: proto(wire.QueryModuleAccountsRequest),
  response: proto(wire.QueryModuleAccountsResponse),
  handle(ctx) {
    const found: wire.Any[] = [];
    for (const name of moduleNames.keys(ctx)) {
      const account = accounts.get(ctx, moduleAddress(name));
      if (account !== undefined) found.push(anyOfAccount(account));
    }
    return { accounts: found };
  },
});

const queryModuleAccountByName = defineQuery({
  path: path("ModuleAccountByName"),
  request: proto(wire.QueryModuleAccountByNameRequest),
  response: proto(wire.QueryModuleAccountByNameResponse),
  handle(ctx, { name }) {
    if (name === "") throw invalidArgument("module name is empty");
    const account = accounts.get(ctx, moduleAddress(name));
    if (account?.moduleName === undefined) throw notFound(`account ${name} not found`);
    return { account: anyOfAccount(account) };
  },
});

const queryBech32Prefix = defineQuery({
  path: path("Bech32Prefix"),
  request: proto(wire.Bech32PrefixRequest),
  response: proto(wire.Bech32PrefixResponse),
  handle: () => ({ bech32Prefix: bech32Config.prefix }),
});

export const queries = [
  queryAccount,
  queryAccountInfo,
  queryAccounts,
  queryParams,
  queryModuleAccounts,
  queryModuleAccountByName,
  queryBech32Prefix,
];

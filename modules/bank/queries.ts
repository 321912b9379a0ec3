import type { Address } from "../../core/brand.ts";
import { proto } from "../../core/codec.ts";
import { page, type PageRequest, type PageResponse } from "../../core/collections/page.ts";
import type { ReadCtx } from "../../core/context.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { invalidArgument, notFound } from "../../core/errors.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/cosmos.ts";
import { balance, supply } from "./balances.ts";
import { isDenom, wireOfCoin } from "./coins.ts";
import { params } from "./params.ts";
import { balances, metadata, owners, sendEnabled, supplies } from "./state.ts";

const path = (method: string): string => `/cosmos.bank.v1beta1.Query/${method}`;

function requireAddress(text: string): Address {
  if (addressBytes(text) !== undefined) return text as Address;
  throw invalidArgument(`invalid address: expected bech32, got "${text}"`);
}

function requireDenom(text: string): string {
  if (isDenom(text)) return text;
  throw invalidArgument(`invalid denom: "${text}"`);
}

type BalancesPage = { balances: wire.Coin[]; pagination: PageResponse };

/** Nothing is ever locked: all of a balance is spendable. */
function balancesPage(
  ctx: ReadCtx,
  query: { address: string; pagination?: PageRequest | undefined },
): BalancesPage {
  const found = page(ctx, balances, query.pagination, {
    under: requireAddress(query.address),
    view: (amount, [, denom]) => wireOfCoin({ denom, amount }),
  });
  return { balances: found.items, pagination: found.pagination };
}

function balanceOf(ctx: ReadCtx, query: { address: string; denom: string }): wire.Coin {
  const denom = requireDenom(query.denom);
  return wireOfCoin({ denom, amount: balance(ctx, requireAddress(query.address), denom) });
}

const queryBalance = defineQuery({
  path: path("Balance"),
  request: proto(wire.QueryBalanceRequest),
  response: proto(wire.QueryBalanceResponse),
  handle: (ctx, query) => ({ balance: balanceOf(ctx, query) }),
});

const queryAllBalances = defineQuery({
  path: path("AllBalances"),
  request: proto(wire.QueryAllBalancesRequest),
  response: proto(wire.QueryAllBalancesResponse),
  handle: balancesPage,
});

const querySpendableBalances = defineQuery({
  path: path("SpendableBalances"),
  request: proto(wire.QuerySpendableBalancesRequest),
  response: proto(wire.QuerySpendableBalancesResponse),
  handle: balancesPage,
});

const querySpendableBalanceByDenom = defineQuery({
  path: path("SpendableBalanceByDenom"),
  request: proto(wire.QuerySpendableBalanceByDenomRequest),
  response: proto(wire.QuerySpendableBalanceByDenomResponse),
  handle: (ctx, query) => ({ balance: balanceOf(ctx, query) }),
});

const queryTotalSupply = defineQuery({
  path: path("TotalSupply"),
  request: proto(wire.QueryTotalSupplyRequest),
  response: proto(wire.QueryTotalSupplyResponse),
  handle(ctx, query) {
    const found = page(ctx, supplies, query.pagination, {
      view: (amount, denom) => wireOfCoin({ denom, amount }),
    });
    return { supply: found.items, pagination: found.pagination };
  },
});

const querySupplyOf = defineQuery({
  path: path("SupplyOf"),
  request: proto(wire.QuerySupplyOfRequest),
  response: proto(wire.QuerySupplyOfResponse),
  handle(ctx, query) {
    const denom = requireDenom(query.denom);
    return { amount: wireOfCoin({ denom, amount: supply(ctx, denom) }) };
  },
});

const queryDenomMetadata = defineQuery({
  path: path("DenomMetadata"),
  request: proto(wire.QueryDenomMetadataRequest),
  response: proto(wire.QueryDenomMetadataResponse),
  handle(ctx, query) {
    const found = metadata.get(ctx, requireDenom(query.denom));
    if (found === undefined) throw notFound(`client metadata for denom ${query.denom}`);
    return { metadata: found };
  },
});

const queryDenomsMetadata = defineQuery({
  path: path("DenomsMetadata"),
  request: proto(wire.QueryDenomsMetadataRequest),
  response: proto(wire.QueryDenomsMetadataResponse),
  handle(ctx, query) {
    const found = page(ctx, metadata, query.pagination, { view: (one) => one });
    return { metadatas: found.items, pagination: found.pagination };
  },
});

const queryDenomOwners = defineQuery({
  path: path("DenomOwners"),
  request: proto(wire.QueryDenomOwnersRequest),
  response: proto(wire.QueryDenomOwnersResponse),
  handle(ctx, query) {
    const denom = requireDenom(query.denom);
    const found = page(ctx, owners, query.pagination, {
      under: denom,
      view: (_, [, address]) => ({
        address,
        balance: wireOfCoin({ denom, amount: balance(ctx, address, denom) }),
      }),
    });
    return { denomOwners: found.items, pagination: found.pagination };
  },
});

const querySendEnabled = defineQuery({
  path: path("SendEnabled"),
  request: proto(wire.QuerySendEnabledRequest),
  response: proto(wire.QuerySendEnabledResponse),
  handle(ctx, query) {
    const wanted = new Set(query.denoms);
    const found = page(ctx, sendEnabled, query.pagination, {
      keep: (_, denom) => wanted.size === 0 || wanted.has(denom),
      view: (enabled, denom) => ({ denom, enabled }),
    });
    return { sendEnabled: found.items, pagination: found.pagination };
  },
});

const queryParams = defineQuery({
  path: path("Params"),
  request: proto(wire.QueryBankParamsRequest),
  response: proto(wire.QueryBankParamsResponse),
  handle: (ctx) => ({ params: params(ctx) }),
});

export const queries = [
  queryBalance,
  queryAllBalances,
  querySpendableBalances,
  querySpendableBalanceByDenom,
  queryTotalSupply,
  querySupplyOf,
  queryDenomMetadata,
  queryDenomsMetadata,
  queryDenomOwners,
  querySendEnabled,
  queryParams,
];

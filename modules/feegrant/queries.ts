import type { Address } from "../../core/brand.ts";
import { proto } from "../../core/codec.ts";
import { page } from "../../core/collections/page.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { BugError, invalidArgument, notFound } from "../../core/errors.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/cosmos.ts";
import { findGrant } from "./grants.ts";
import { grants, issued } from "./state.ts";

const path = (method: string): string => `/cosmos.feegrant.v1beta1.Query/${method}`;

function requireAddress(name: string, text: string): Address {
  if (addressBytes(text) !== undefined) return text as Address;
  throw invalidArgument(`${name}: expected bech32, got "${text}"`);
}

const queryAllowance = defineQuery({
  path: path("Allowance"),
  request: proto(wire.QueryAllowanceRequest),
  response: proto(wire.QueryAllowanceResponse),
  handle(ctx, query) {
    const granter = requireAddress("granter", query.granter);
    const grantee = requireAddress("grantee", query.grantee);
    const allowance = findGrant(ctx, { granter, grantee });
    if (allowance === undefined) throw notFound("fee-grant not found");
    return { allowance };
  },
});

const queryAllowances = defineQuery({
  path: path("Allowances"),
  request: proto(wire.QueryAllowancesRequest),
  response: proto(wire.QueryAllowancesResponse),
  handle(ctx, query) {
    const under = requireAddress("grantee", query.grantee);
    const found = page(ctx, grants, query.pagination, { under, view: (grant) => grant });
    return { allowances: found.items, pagination: found.pagination };
  },
});

const queryAllowancesByGranter = defineQuery({
  path: path("AllowancesByGranter"),
  request: proto(wire.QueryAllowancesByGranterRequest),
  response: proto(wire.QueryAllowancesByGranterResponse),
  handle(ctx, query) {
    const under = requireAddress("granter", query.granter);
    const found = page(ctx, issued, query.pagination, {
      under,
      view(_, [granter, grantee]) {
        const grant = findGrant(ctx, { granter, grantee });
        if (grant === undefined) throw new BugError(`issued ${granter} to ${grantee}: no grant`);
        return grant;
      },
    });
    return { allowances: found.items, pagination: found.pagination };
  },
});

export const queries = [queryAllowance, queryAllowances, queryAllowancesByGranter];

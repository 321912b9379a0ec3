import type { Address } from "../../core/brand.ts";
import {
  addressField,
  amountField,
  branded,
  decField,
  listOf,
  optional,
  proto,
} from "../../core/codec.ts";
import { page } from "../../core/collections/page.ts";
import type { ReadCtx } from "../../core/context.ts";
import { invalidArgument, notFound } from "../../core/errors.ts";
import { one } from "../../core/math/dec.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/gen/assay/staking/v1/query.ts";
import { epoch, nextSlotMs, slot } from "../clock/index.ts";
import { isAlive, uptime as uptimeOf } from "./lives.ts";
import { slashAmount, slashFraction } from "./slashing.ts";
import * as state from "./state.ts";
import { Bond, Life, Params } from "./types.ts";

const path = (name: string): string => `/assay.staking.v1.Query/${name}`;
const maxBonds = 1_000;

const params = defineQuery({
  path: path("Params"),
  request: proto(wire.QueryParamsRequest),
  response: branded(wire.QueryParamsResponse, { params: optional(Params) }),
  handle: (ctx) => ({ params: state.params.get(ctx) }),
});

const bond = defineQuery({
  path: path("Bond"),
  request: branded(wire.QueryBondRequest, { node: addressField }),
  response: branded(wire.QueryBondResponse, { bond: optional(Bond) }),
  handle(ctx, { service, node }) {
    const found = state.bonds.get(ctx, [service, node]);
    if (found === undefined) throw notFound(`bond of ${node} to ${service} not found`);
    return { bond: found };
  },
});

const bonds = defineQuery({
  path: path("Bonds"),
  request: proto(wire.QueryBondsRequest),
  response: branded(wire.QueryBondsResponse, { bonds: listOf(Bond) }),
  handle(ctx, { service, pagination: request }) {
    const { items, pagination } = page(ctx, state.bonds, request, {
      under: service,
      view: (value: Bond) => value,
    });
    return { bonds: items, pagination };
  },
});

function bondsBy(ctx: ReadCtx, name: "node" | "operator", key: Address): Bond[] {
  const found: Bond[] = [];
  for (const at of state.bonds.by(ctx, name, key)) {
    const value = state.bonds.get(ctx, at);
    if (value !== undefined) found.push(value);
    if (found.length >= maxBonds) break;
  }
  return found;
}

const nodeBonds = defineQuery({
  path: path("NodeBonds"),
  request: branded(wire.QueryNodeBondsRequest, { node: addressField }),
  response: branded(wire.QueryNodeBondsResponse, { bonds: listOf(Bond) }),
  handle: (ctx, { node }) => ({ bonds: bondsBy(ctx, "node", node) }),
});

const operatorBonds = defineQuery({
  path: path("OperatorBonds"),
  request: branded(wire.QueryOperatorBondsRequest, { operator: addressField }),
  response: branded(wire.QueryOperatorBondsResponse, { bonds: listOf(Bond) }),
  handle: (ctx, { operator }) => ({ bonds: bondsBy(ctx, "operator", operator) }),
});

const life = defineQuery({
  path: path("Life"),
  request: branded(wire.QueryLifeRequest, { node: addressField }),
  response: branded(wire.QueryLifeResponse, { life: optional(Life), uptime: decField }),
  handle: (ctx, { node }) => ({
    life: state.lives.get(ctx, node),
    slot: slot(ctx),
    nextSlotMs: nextSlotMs(ctx),
    epoch: epoch(ctx),
    uptime: uptimeOf(ctx, node),
    alive: isAlive(ctx, node),
  }),
});

const slashPreview = defineQuery({
  path: path("SlashPreview"),
  request: branded(wire.QuerySlashPreviewRequest, { severity: decField, stake: amountField }),
  response: branded(wire.QuerySlashPreviewResponse, { fraction: decField, amount: amountField }),
  handle(_ctx, { role, severity, n, r, stake }) {
    if (role < 1 || role > 3) throw invalidArgument(`role: expected 1..3, got ${role}`);
    if (severity > one) throw invalidArgument(`severity: expected at most ${one}, got ${severity}`);
    if (n < 1n) throw invalidArgument(`n: expected at least 1, got ${n}`);
    const fraction = slashFraction({ role, severity, n, repeats: r });
    return { fraction, amount: slashAmount(fraction, stake) };
  },
});

export const queries = [params, bond, bonds, nodeBonds, operatorBonds, life, slashPreview];

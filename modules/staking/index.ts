import type { Address, Amount } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { amount } from "../../core/math/integers.ts";
import * as state from "./state.ts";
import type { Bond, Params } from "./types.ts";

export { capacityFor, countingStake, findBond, meetsMinBond, seatsBacked } from "./bonds.ts";
export { changedBonds, changedLives } from "./changes.ts";
export { errors } from "./errors.ts";
export { bonded } from "./hooks.ts";
export { jail, tombstone } from "./jail.ts";
export { findLife, isAlive, uptime } from "./lives.ts";
export { bondStandings, type BondStanding, type LifeStanding } from "./standing.ts";
export { stakingModule } from "./module.ts";
export { defaultParams } from "./params.ts";
export { freeSeat, holdSlash, recordPost, settleSlash, takeSeat } from "./seats.ts";
export { miss, slash } from "./slash.ts";
export { slashAmount, slashFraction } from "./slashing.ts";
export { Bond, BondStatus, Life } from "./types.ts";
export type { GenesisState, Params, Unbonding } from "./types.ts";

export function params(ctx: ReadCtx): Params {
  return state.params.get(ctx);
}

/** Of stakes, fees and prices. */
export function denom(ctx: ReadCtx): string {
  return params(ctx).denom;
}

/** All bonds of a service, in byte order of the node. */
export function bondsOfService(ctx: ReadCtx, service: string): Iterable<Bond> {
  return state.bonds.under(ctx, service);
}

/** Bonds that an operator serves, by service, at most `limit`. */
export function bondsOfOperator(ctx: ReadCtx, operator: Address, limit: number): Bond[] {
  const found: Bond[] = [];
  if (limit <= 0) return found;
  for (const key of state.bonds.by(ctx, "operator", operator)) {
    const bond = state.bonds.get(ctx, key);
    if (bond !== undefined) found.push(bond);
    if (found.length >= limit) break;
  }
  return found;
}

/** Whether this key posts for that node on that service now. */
export function isOperator(
  ctx: ReadCtx,
  service: string,
  node: Address,
  operator: Address,
): boolean {
  return state.bonds.get(ctx, [service, node])?.operator === operator;
}

/** Stake bonded to all services; what unbonds is not in it. */
export function totalBonded(ctx: ReadCtx): Amount {
  return state.totalBonded.find(ctx) ?? amount(0n);
}

export function serviceBonded(ctx: ReadCtx, service: string): Amount {
  return state.serviceBonded.get(ctx, service) ?? amount(0n);
}

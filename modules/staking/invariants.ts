import type { ReadCtx } from "../../core/context.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { sum } from "../../core/math/integers.ts";
import type { Invariant } from "../../core/module.ts";
import { balance } from "../bank/index.ts";
import * as state from "./state.ts";
import type { Bond } from "./types.ts";

function stakeOf({ amount, unbonding }: Bond): bigint {
  return amount + sum(unbonding.map((part) => part.amount));
}

function stakeHeld(ctx: ReadCtx): bigint {
  let total = 0n;
  for (const bond of state.bonds.values(ctx)) total += stakeOf(bond);
  return total;
}

/** deposited = bonded + unbonding + slashed + withdrawn + penalties (THREATS 7.3, 3). */
const bookBalances: Invariant = (ctx) => {
  const { deposited, slashed, withdrawn, penalties } = state.book.get(ctx);
  const expected = stakeHeld(ctx) + slashed + withdrawn + penalties;
  return deposited === expected ? undefined : `deposited: expected ${expected}, got ${deposited}`;
};

const stakeIsHeld: Invariant = (ctx) => {
  const expected = stakeHeld(ctx);
  const held = balance(ctx, moduleAddress("staking"), state.params.get(ctx).denom);
  return held === expected ? undefined : `staking account: expected ${expected}, got ${held}`;
};

const totalsAddUp: Invariant = (ctx) => {
  const sums = new Map<string, bigint>();
  let total = 0n;
  for (const { service, amount } of state.bonds.values(ctx)) {
    sums.set(service, (sums.get(service) ?? 0n) + amount);
    total += amount;
  }
  if (state.totalBonded.get(ctx) !== total) return `total bonded: expected ${total}`;
  for (const [service, expected] of sums) {
    const kept = state.serviceBonded.get(ctx, service) ?? 0n;
    if (kept !== expected) return `bonded to ${service}: expected ${expected}, got ${kept}`;
  }
  return undefined;
};

/** Exactly what waits for nothing but time is queued. */
const unbondingIsQueued: Invariant = (ctx) => {
  const expected = new Set<string>();
  for (const { service, node, unbonding } of state.bonds.values(ctx)) {
    for (const { maturesMs, openSeats } of unbonding) {
      if (openSeats === 0) expected.add(`${maturesMs}/${service}/${node}`);
    }
  }
  for (const [maturesMs, [service, node]] of state.maturing.keys(ctx)) {
    const entry = `${maturesMs}/${service}/${node}`;
    if (!expected.delete(entry)) return `maturing: expected no ${entry}`;
  }
  for (const entry of expected) return `maturing: expected ${entry}, got none`;
  return undefined;
};

const bondsAreWithinLimits: Invariant = (ctx) => {
  for (const bond of state.bonds.values(ctx)) {
    const { service, node, capacity, unbonding, openSeats, heldSlashes } = bond;
    const where = `bond of ${node} to ${service}`;
    if (capacity < 1 || capacity > 64) return `${where}: capacity: expected 1..64, got ${capacity}`;
    if (unbonding.length > 7) return `${where}: expected at most 7 unbondings`;
    for (const part of unbonding) {
      if (part.openSeats > openSeats) return `${where}: expected to wait for open seats only`;
      if (part.amount === 0n) return `${where}: expected no empty unbonding`;
    }
    if (stakeOf(bond) === 0n && openSeats + heldSlashes === 0) return `${where}: expected its end`;
  }
  return undefined;
};

const livesCountBonds: Invariant = (ctx) => {
  const counts = new Map<string, number>();
  for (const { node } of state.bonds.values(ctx)) counts.set(node, (counts.get(node) ?? 0) + 1);
  for (const { node, bonds } of state.lives.values(ctx)) {
    if (counts.get(node) !== bonds) return `life of ${node}: expected ${counts.get(node)} bonds`;
    counts.delete(node);
  }
  for (const node of counts.keys()) return `life of ${node}: expected one, got none`;
  return undefined;
};

const faultsAreForgotten: Invariant = (ctx) => {
  const queued = [...state.forgetting.keys(ctx)];
  for (const [expiresMs, key] of queued) {
    if (state.faults.get(ctx, key)?.expiresMs !== expiresMs)
      return `forgetting: no fault at ${expiresMs}`;
  }
  const count = [...state.faults.keys(ctx)].length;
  return count === queued.length
    ? undefined
    : `forgetting: expected ${count}, got ${queued.length}`;
};

export const invariants = {
  bookBalances,
  stakeIsHeld,
  totalsAddUp,
  unbondingIsQueued,
  bondsAreWithinLimits,
  livesCountBonds,
  faultsAreForgotten,
};

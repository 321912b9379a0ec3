import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { amount, divFloor, min } from "../../core/math/integers.ts";
import { epoch } from "../clock/index.ts";
import { release } from "../registry/index.ts";
import { errors } from "./errors.ts";
import { dropLife } from "./lives.ts";
import { bonds, jails, maturing, serviceBonded, totalBonded } from "./state.ts";
import type { Bond } from "./types.ts";

export function findBond(ctx: ReadCtx, service: string, node: Address): Bond | undefined {
  return bonds.get(ctx, [service, node]);
}

/** For messages: absence is the sender's error. */
export function requireBond(ctx: ReadCtx, service: string, node: Address): Bond {
  const bond = findBond(ctx, service, node);
  if (bond === undefined) throw errors.unknownBond(`bond: expected one of ${node} to ${service}`);
  return bond;
}

/** For calls of other modules about a bond that their open seat keeps alive: absence is a bug. */
export function knownBond(ctx: ReadCtx, service: string, node: Address): Bond {
  const bond = findBond(ctx, service, node);
  if (bond === undefined)
    throw new BugError(`bond of ${node} to ${service}: expected one, got none`);
  return bond;
}

/** With another amount; keeps what the amount was when the epoch began (PROTOCOL 7.1). */
export function withAmount(ctx: ReadCtx, bond: Bond, value: bigint): Bond {
  const now = epoch(ctx);
  const amountBefore = bond.changedEpoch === now ? bond.amountBefore : bond.amount;
  return { ...bond, amount: amount(value), changedEpoch: now, amountBefore };
}

/** S: the lesser of the stake at the epoch's start and now; 0 before the bond counts. */
export function countingStake(ctx: ReadCtx, bond: Bond): Amount {
  return stakeAt(bond, epoch(ctx));
}

export function stakeAt(bond: Bond, now: bigint): Amount {
  if (now < bond.activeFromEpoch) return amount(0n);
  return bond.changedEpoch === now ? min(bond.amount, bond.amountBefore) : bond.amount;
}

/** A bond stays eligible for a release down to 80 % of its min_bond (PROTOCOL 5). */
export function meetsMinBond(bond: Bond, minBond: Amount): boolean {
  return bond.amount * 5n >= minBond * 4n;
}

/** floor(4 x amount / min_bond): the most seats that this stake backs at once. */
export function seatsBacked(value: bigint, minBond: Amount): bigint {
  return divFloor(4n * value, minBond);
}

/** Seats that the bond may hold for a release: what it declared, unless its stake backs fewer now. */
export function capacityFor(bond: Bond, minBond: Amount): number {
  return Number(min(BigInt(bond.capacity), seatsBacked(bond.amount, minBond)));
}

/**
 * The only writer of bonds: sums and the maturing queue follow. A bond with nothing left and no open seat ends, and
 * with it its hold on the service's name.
 */
export function saveBond(ctx: Ctx, before: Bond | undefined, after: Bond): void {
  const { service, node, amount: value, unbonding, openSeats, heldSlashes } = after;
  changeTotals(ctx, service, value - (before?.amount ?? 0n));
  moveDue(ctx, before, after);
  if (value > 0n || unbonding.length > 0 || openSeats > 0 || heldSlashes > 0) {
    bonds.set(ctx, [service, node], after);
    return;
  }
  bonds.remove(ctx, [service, node]);
  // A slash of everything must not be a way out of jail (PROTOCOL 12).
  const { jailedUntilMs: untilMs } = after;
  if (untilMs > ctx.block.timeMs) jails.set(ctx, [service, node], { service, node, untilMs });
  release(ctx, service);
  dropLife(ctx, node);
}

function changeTotals(ctx: Ctx, service: string, change: bigint): void {
  if (change === 0n) return;
  totalBonded.set(ctx, amount(totalBonded.get(ctx) + change));
  const sum = (serviceBonded.get(ctx, service) ?? 0n) + change;
  if (sum === 0n) serviceBonded.remove(ctx, service);
  else serviceBonded.set(ctx, service, amount(sum));
}

/** Times at which unbonding matures that waits for no seat; two of one block share one. */
function dueTimes(bond: Bond | undefined): bigint[] {
  const times: bigint[] = [];
  for (const { maturesMs, openSeats } of bond?.unbonding ?? []) {
    if (openSeats === 0 && !times.includes(maturesMs)) times.push(maturesMs);
  }
  return times;
}

function moveDue(ctx: Ctx, before: Bond | undefined, after: Bond): void {
  const old = dueTimes(before);
  const now = dueTimes(after);
  const key = [after.service, after.node] as const;
  for (const time of old) if (!now.includes(time)) maturing.remove(ctx, [time, key]);
  for (const time of now) if (!old.includes(time)) maturing.add(ctx, [time, key]);
}

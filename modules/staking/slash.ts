import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { emit } from "../../core/events.ts";
import { one } from "../../core/math/dec.ts";
import { amount, divFloor, min } from "../../core/math/integers.ts";
import { findBond, saveBond, withAmount } from "./bonds.ts";
import { disperse, note, type Bounty } from "./book.ts";
import * as events from "./events.ts";
import { missSign } from "./lives.ts";
import { bonds, faults, forgetting, params } from "./state.ts";
import { BondStatus, type Bond, type Unbonding } from "./types.ts";

export type Offence = {
  readonly service: string;
  readonly node: Address;
  readonly amount: Amount;
  /** Height of the draw. */
  readonly faultHeight: bigint;
  readonly faultId: Uint8Array;
};

/** Only for self-proving evidence. */
const maxBountyShare = divFloor(one, 20n);

/**
 * Takes at most what is there: the bond first, then unbonding begun since the draw. One fault id takes once; the
 * second time, and from a bond that is gone, 0.
 */
export function slash(ctx: Ctx, offence: Offence & { reason: string; bounty?: Bounty }): Amount {
  const { bounty, reason } = offence;
  if (bounty !== undefined && bounty.share > maxBountyShare) {
    throw new BugError(`bounty: expected at most ${maxBountyShare}, got ${bounty.share}`);
  }
  return take(ctx, offence, reason, bounty) ?? amount(0n);
}

/** The price of silence (PROTOCOL 9): no incident and no jail, but no draw until the operator shows up. */
export function miss(ctx: Ctx, offence: Offence): Amount {
  const taken = take(ctx, offence, "miss");
  if (taken === undefined) return amount(0n);
  const { service, node } = offence;
  const bond = findBond(ctx, service, node);
  if (bond !== undefined) {
    saveBond(ctx, bond, { ...bond, missing: true });
    missSign(ctx, node);
  }
  return taken;
}

/** undefined when there is nothing to judge: no such bond, or a fault that was judged before. */
function take(ctx: Ctx, offence: Offence, reason: string, bounty?: Bounty): Amount | undefined {
  const { service, node, faultHeight, faultId } = offence;
  const bond = bonds.get(ctx, [service, node]);
  if (bond === undefined || faults.has(ctx, [service, node, faultId])) return undefined;
  const { fromBond, unbonding, taken } = reach(bond, offence.amount, faultHeight);
  remember(ctx, offence);
  if (taken === 0n) return taken;
  saveBond(ctx, bond, slashedBond(ctx, { ...bond, unbonding }, fromBond, taken));
  note(ctx, "slashed", taken);
  disperse(ctx, taken, bounty?.to === node ? undefined : bounty);
  emit(ctx, events.slashed, { service, node, amount: taken.toString(), reason, fault: faultId });
  return taken;
}

type Reached = {
  readonly fromBond: bigint;
  readonly unbonding: Unbonding[];
  readonly taken: Amount;
};

/** Draws come before a block's transactions, so unbonding of the draw's own height began after it (THREATS X19). */
export function reach(bond: Bond, wanted: bigint, faultHeight: bigint): Reached {
  const fromBond = min<bigint>(wanted, bond.amount);
  let rest = wanted - fromBond;
  const unbonding: Unbonding[] = [];
  for (const part of bond.unbonding) {
    const from = part.begunHeight >= faultHeight ? min<bigint>(rest, part.amount) : 0n;
    rest -= from;
    if (from < part.amount) unbonding.push({ ...part, amount: amount(part.amount - from) });
  }
  return { fromBond, unbonding, taken: amount(wanted - rest) };
}

/** A bond that lost all of its stake cannot serve any more and ends with its last seat. */
function slashedBond(ctx: Ctx, bond: Bond, fromBond: bigint, taken: Amount): Bond {
  const left = fromBond === 0n ? bond : withAmount(ctx, bond, bond.amount - fromBond);
  const status = left.amount === 0n ? BondStatus.BOND_STATUS_LEAVING : left.status;
  return { ...left, status, slashedTotal: amount(bond.slashedTotal + taken) };
}

/** For unbonding_ms of block time: what a later proof could reach has left by then. */
function remember(ctx: Ctx, { service, node, faultId }: Offence): void {
  const expiresMs = ctx.block.timeMs + params.get(ctx).unbondingMs;
  const key = [service, node, faultId] as const;
  faults.set(ctx, key, { service, node, id: faultId, expiresMs });
  forgetting.add(ctx, [expiresMs, key]);
}

import type { Address } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { knownBond, saveBond } from "./bonds.ts";
import { signOfLife } from "./lives.ts";
import type { Unbonding } from "./types.ts";

/** The node holds one more seat; its capacity was checked by the draw. */
export function takeSeat(ctx: Ctx, service: string, node: Address): void {
  const bond = knownBond(ctx, service, node);
  saveBond(ctx, bond, { ...bond, openSeats: bond.openSeats + 1 });
}

/**
 * The node holds one seat fewer. `takenHeight` is the height at which it was taken: with it, unbonding that began
 * later stops waiting for this seat; without it, the seat counts as the newest, and unbonding waits until no more
 * seats are open than it waits for.
 */
export function freeSeat(ctx: Ctx, service: string, node: Address, takenHeight?: bigint): void {
  const bond = knownBond(ctx, service, node);
  if (bond.openSeats === 0)
    throw new BugError(`${service}/${node}: expected an open seat, got none`);
  const openSeats = bond.openSeats - 1;
  const unbonding = bond.unbonding.map((part) => afterSeat(part, openSeats, takenHeight));
  saveBond(ctx, bond, { ...bond, openSeats, unbonding });
}

/** A seat of the same height may have been taken after the unbonding began (a reserve at the block's end). */
function afterSeat(part: Unbonding, left: number, takenHeight: bigint | undefined): Unbonding {
  const waitedFor = takenHeight !== undefined && takenHeight < part.begunHeight;
  const waiting = Math.max(0, part.openSeats - (waitedFor ? 1 : 0));
  return { ...part, openSeats: Math.min(waiting, left) };
}

/** An accepted post of the bond's operator: a sign of life, and the end of a miss on this service. */
export function recordPost(ctx: Ctx, service: string, node: Address): void {
  const bond = knownBond(ctx, service, node);
  if (bond.missing) saveBond(ctx, bond, { ...bond, missing: false });
  signOfLife(ctx, node);
}

/** A content slash waits for the end of an appeal: the bond is not drawn, and does not end, until it is settled. */
export function holdSlash(ctx: Ctx, service: string, node: Address): void {
  const bond = knownBond(ctx, service, node);
  saveBond(ctx, bond, { ...bond, heldSlashes: bond.heldSlashes + 1 });
}

/** The held slash is settled, one way or the other. */
export function settleSlash(ctx: Ctx, service: string, node: Address): void {
  const bond = knownBond(ctx, service, node);
  if (bond.heldSlashes === 0)
    throw new BugError(`${service}/${node}: expected a held slash, got none`);
  saveBond(ctx, bond, { ...bond, heldSlashes: bond.heldSlashes - 1 });
}

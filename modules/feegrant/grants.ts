import type { Address } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { runDue } from "../../core/due.ts";
import { sdkErrors, TxError } from "../../core/errors.ts";
import type { Any } from "../../proto/cosmos.ts";
import type { Coin } from "../bank/index.ts";
import { expirationOf, spend } from "./allowances.ts";
import { emitRevoke, emitUpdate, emitUse } from "./events.ts";
import { expiries, expiryQueue, grants, issued, type GrantKey } from "./state.ts";
import { lastMsOf } from "./times.ts";
import type { Grant } from "./types.ts";

/** One parameter for both parties: granter and grantee are never swapped by position. */
export type Parties = { readonly granter: Address; readonly grantee: Address };

function keyOf({ granter, grantee }: Parties): GrantKey {
  return [grantee, granter];
}

export function findGrant(ctx: ReadCtx, parties: Parties): Grant | undefined {
  return grants.get(ctx, keyOf(parties));
}

function noGrant(): TxError {
  return sdkErrors.notFound("fee-grant not found: not found");
}

/** The last millisecond at which the allowance still holds; undefined: for ever. */
export function lastMs(allowance: Any): bigint | undefined {
  const expiration = expirationOf(allowance);
  return expiration === undefined ? undefined : lastMsOf(expiration);
}

/** Whether the block's time is past the expiration. */
export function isExpired(ctx: ReadCtx, allowance: Any): boolean {
  const last = lastMs(allowance);
  return last !== undefined && last < ctx.block.timeMs;
}

/** A new grant of an allowance that was checked. */
export function addGrant(ctx: Ctx, parties: Parties, allowance: Any): void {
  const { granter, grantee } = parties;
  const last = lastMs(allowance);
  if (last !== undefined) expiries.add(ctx, [last, keyOf(parties)]);
  issued.add(ctx, [granter, grantee]);
  grants.set(ctx, keyOf(parties), { granter, grantee, allowance });
}

function drop(ctx: Ctx, parties: Parties, allowance: Any): void {
  grants.remove(ctx, keyOf(parties));
  issued.remove(ctx, [parties.granter, parties.grantee]);
  const last = lastMs(allowance);
  if (last !== undefined) expiries.remove(ctx, [last, keyOf(parties)]);
}

/** sdk/38 when there is none. */
export function revoke(ctx: Ctx, parties: Parties): void {
  const allowance = findGrant(ctx, parties)?.allowance;
  if (allowance === undefined) throw noGrant();
  drop(ctx, parties, allowance);
  emitRevoke(ctx, parties.granter, parties.grantee);
}

/**
 * Takes a fee for these messages out of the allowance; whoever calls it then takes the coins from the granter. The
 * refusals are the SDK's, with who refused whom in front.
 */
export function useGrant(
  ctx: Ctx,
  parties: Parties,
  fee: readonly Coin[],
  typeUrls: readonly string[],
): void {
  const { granter, grantee } = parties;
  const allowance = findGrant(ctx, parties)?.allowance;
  const rest = allowance === undefined ? noGrant() : spend(ctx, allowance, fee, typeUrls);
  if (rest instanceof TxError) {
    const text = `${granter} does not allow to pay fees for ${grantee}: ${rest.message}`;
    throw new TxError(rest.codespace, rest.code, text);
  }
  const { spent, next } = rest;
  if (spent) revoke(ctx, parties);
  emitUse(ctx, granter, grantee);
  if (spent) return;
  grants.set(ctx, keyOf(parties), { granter, grantee, allowance: next });
  emitUpdate(ctx, granter, grantee);
}

/** Ends up to `limit` grants whose time is over; without an event, as in the SDK. */
export function removeExpired(ctx: Ctx, limit: number): void {
  const nothing = (): void => undefined;
  // Due is what lasted until the millisecond before this block's.
  runDue(ctx, expiryQueue, ctx.block.timeMs - 1n, limit, {
    run(own, [grantee, granter]) {
      grants.remove(own, [grantee, granter]);
      issued.remove(own, [granter, grantee]);
    },
    fallback: nothing,
    park: nothing,
  });
}

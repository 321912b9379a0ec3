import type { Address, Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { dec, one, ratio } from "../../core/math/dec.ts";
import { log2Floor, max, min } from "../../core/math/integers.ts";
import { agesAt, type Ages } from "./ages.ts";
import { params } from "./params.ts";
import {
  incidentFactorOf,
  newCounter,
  newIncidents,
  performanceOf,
  repeatsOf,
  reputationOf,
  touchedCounter,
  touchedIncidents,
} from "./records.ts";
import { counters, incidents } from "./state.ts";
import type { Place, Work } from "./types.ts";

/** What a node has on a service as the current epoch began: the same for all its roles and keys. */
export type Standing = { readonly repService: Dec; readonly incidentFactor: Dec };

/** Pass `ages` to read many: `agesAt` reads the clock once. */
export function standing(ctx: ReadCtx, { node, service }: Place, ages = agesAt(ctx)): Standing {
  const record = incidents.get(ctx, [service, node]) ?? newIncidents({ node, service }, ages.epoch);
  const { successesBefore, failuresBefore, loadBefore } = touchedIncidents(record, ages);
  return {
    repService: reputationOf(successesBefore, failuresBefore),
    incidentFactor: incidentFactorOf(loadBefore),
  };
}

/** P with a and b of this role and key, as the current epoch began. */
export function performance(
  ctx: ReadCtx,
  work: Work,
  ages: Ages = agesAt(ctx),
  { repService }: Standing = standing(ctx, work, ages),
): Dec {
  const { node, service, role, key } = work;
  const found = counters.get(ctx, [
    [service, node],
    [role, key],
  ]);
  const counter = touchedCounter(found ?? newCounter(work, ages.epoch), ages);
  return performanceOf(counter.successesBefore, counter.failuresBefore, repService);
}

/** I as the current epoch began. */
export function incidentFactor(ctx: ReadCtx, place: Place): Dec {
  return standing(ctx, place).incidentFactor;
}

/** r: earlier content faults that make the next one dearer; counts at once, not from the next epoch. */
export function repeats(ctx: ReadCtx, node: Address, service: string): bigint {
  const found = incidents.get(ctx, [service, node]);
  if (found === undefined) return 0n;
  return repeatsOf(touchedIncidents(found, agesAt(ctx)), ctx.block.timeMs, params(ctx).halfLifeMs);
}

const heaviest = 4n * one;

/** w: 1 at the least, 1/8 more with each doubling of the fee, 4 from 2^24 base units on. */
export function feeWeight(fee: Amount): Dec {
  const doublings = log2Floor(max<bigint>(fee, 1n));
  return dec(min(one + ratio(BigInt(doublings), 8n), heaviest));
}

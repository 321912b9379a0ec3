import type { Amount, Dec } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { one } from "../../core/math/dec.ts";
import { amount, max } from "../../core/math/integers.ts";
import { agesAt, type Ages } from "./ages.ts";
import { findCounter, saveCounter } from "./counters.ts";
import { params } from "./params.ts";
import {
  added,
  newCounter,
  newIncidents,
  touchedCounter,
  touchedIncidents,
  withFault,
} from "./records.ts";
import { incidents } from "./state.ts";
import type { Incidents, Place, WeightedWork, Work } from "./types.ts";

function change(
  ctx: Ctx,
  { node, service }: Place,
  ages: Ages,
  step: (record: Incidents) => Partial<Incidents>,
): void {
  const found = incidents.get(ctx, [service, node]);
  const record =
    found === undefined
      ? newIncidents({ node, service }, ages.epoch)
      : touchedIncidents(found, ages);
  incidents.set(ctx, [service, node], { ...record, ...step(record) });
}

function count(ctx: Ctx, work: Work, side: "successes" | "failures", weight: Dec): void {
  const ages = agesAt(ctx);
  const found = findCounter(ctx, work);
  const counter = found === undefined ? newCounter(work, ages.epoch) : touchedCounter(found, ages);
  saveCounter(ctx, found, { ...counter, [side]: added(counter[side], weight) });
  change(ctx, work, ages, (record) => ({ [side]: added(record[side], weight) }));
}

/** Only for work with an independent payer and at least one validator: the caller knows (PROTOCOL 6). */
export function recordSuccess(ctx: Ctx, work: WeightedWork): void {
  count(ctx, work, "successes", work.weight);
}

/** weight = 4 x severity x w. */
export function recordFailure(ctx: Ctx, work: WeightedWork): void {
  count(ctx, work, "failures", work.weight);
}

/** A content slash of this fraction of the seat's stake took this amount. */
export function recordContentFault(
  ctx: Ctx,
  fault: Place & { readonly fraction: Dec; readonly amount: Amount },
): void {
  const { halfLifeMs } = params(ctx);
  const { height, timeMs } = ctx.block;
  change(ctx, fault, agesAt(ctx), (record) => ({
    load: added(record.load, 4n * fault.fraction),
    slashedTotal: amount(record.slashedTotal + fault.amount),
    count: record.count + 1n,
    lastHeight: height,
    recentMs: withFault(record.recentMs, timeMs, halfLifeMs),
  }));
}

/** A seat that was served as the result demands: 500 of them excuse one content fault. */
export function recordGoodSeat(ctx: Ctx, place: Place): void {
  change(ctx, place, agesAt(ctx), (record) => ({ goodSeats: added(record.goodSeats, one) }));
}

/** L of a newcomer, or what is left of an older load if that is more: coming back never pays. */
export function recordBond(ctx: Ctx, place: Place): void {
  const { newcomerLoad } = params(ctx);
  change(ctx, place, agesAt(ctx), (record) => ({ load: max(record.load, newcomerLoad) }));
}

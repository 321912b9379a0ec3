import type { Address, Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { dec, one, ratio } from "../../core/math/dec.ts";
import { log2Floor, max, min } from "../../core/math/integers.ts";
import { agesAt, type Ages } from "./ages.ts";
import { params } from "./params.ts";
import { findCounter } from "./counters.ts";
import {
  incidentFactorOf,
  loadBefore,
  performanceOf,
  repeatsOf,
  reputationOf,
  tallyBefore,
  touchedIncidents,
} from "./records.ts";
import { counters, incidents } from "./state.ts";
import type { Counter, Incidents, Place, Work } from "./types.ts";

/** What a node has on a service as the current epoch began: the same for all its roles and keys. */
export type Standing = { readonly repService: Dec; readonly incidentFactor: Dec };

const newcomer: Standing = {
  repService: reputationOf(0n, 0n),
  incidentFactor: incidentFactorOf(0n),
};

/** From what `findIncidents` or `incidentsUnder` gives for the node. */
export function standingFrom(record: Incidents | undefined, ages: Ages): Standing {
  if (record === undefined) return newcomer;
  const [successes, failures] = tallyBefore(record, ages);
  return {
    repService: reputationOf(successes, failures),
    incidentFactor: incidentFactorOf(loadBefore(record, ages)),
  };
}

/** P from what `findCounter` or `countersUnder` gives for the node. */
export function performanceFrom(
  counter: Counter | undefined,
  ages: Ages,
  { repService }: Standing,
): Dec {
  const [successes, failures] = counter === undefined ? [0n, 0n] : tallyBefore(counter, ages);
  return performanceOf(successes, failures, repService);
}

export function findIncidents(ctx: ReadCtx, { node, service }: Place): Incidents | undefined {
  return incidents.get(ctx, [service, node]);
}

/** P with a and b of this role and key, as the current epoch began. */
export function performance(ctx: ReadCtx, work: Work): Dec {
  const ages = agesAt(ctx);
  return performanceFrom(
    findCounter(ctx, work),
    ages,
    standingFrom(findIncidents(ctx, work), ages),
  );
}

/** I as the current epoch began. */
export function incidentFactor(ctx: ReadCtx, place: Place): Dec {
  return standingFrom(findIncidents(ctx, place), agesAt(ctx)).incidentFactor;
}

/** r: earlier content faults that make the next one dearer; counts at once, not from the next epoch. */
export function repeats(ctx: ReadCtx, node: Address, service: string): bigint {
  const found = incidents.get(ctx, [service, node]);
  if (found === undefined) return 0n;
  return repeatsOf(touchedIncidents(found, agesAt(ctx)), ctx.block.timeMs, params(ctx).halfLifeMs);
}

/** By node, read in one walk. */
export function incidentsUnder(ctx: ReadCtx, service: string): ReadonlyMap<Address, Incidents> {
  return byNode(incidents.under(ctx, service));
}

/** Of one table by node, read in one walk. */
export function countersUnder(
  ctx: ReadCtx,
  { service, role, key }: Omit<Work, "node">,
): ReadonlyMap<Address, Counter> {
  return byNode(counters.under(ctx, [service, role, key]));
}

function byNode<T extends { readonly node: Address }>(records: Iterable<T>): Map<Address, T> {
  const known = new Map<Address, T>();
  for (const record of records) known.set(record.node, record);
  return known;
}

const heaviest = 4n * one;

/** w: 1 at the least, 1/8 more with each doubling of the fee, 4 from 2^24 base units on. */
export function feeWeight(fee: Amount): Dec {
  const doublings = log2Floor(max<bigint>(fee, 1n));
  return dec(min(one + ratio(BigInt(doublings), 8n), heaviest));
}

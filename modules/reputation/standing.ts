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

function standingOf(record: Incidents | undefined, ages: Ages): Standing {
  if (record === undefined) return newcomer;
  const [successes, failures] = tallyBefore(record, ages);
  return {
    repService: reputationOf(successes, failures),
    incidentFactor: incidentFactorOf(loadBefore(record, ages)),
  };
}

function performanceIn(counter: Counter | undefined, ages: Ages, { repService }: Standing): Dec {
  const [successes, failures] = counter === undefined ? [0n, 0n] : tallyBefore(counter, ages);
  return performanceOf(successes, failures, repService);
}

/** Of one node, as `standings` gives it. */
export function standing(ctx: ReadCtx, { node, service }: Place, ages: Ages): Standing {
  return standingOf(incidents.get(ctx, [service, node]), ages);
}

/** P with a and b of this role and key, as the current epoch began. */
export function performance(ctx: ReadCtx, work: Work): Dec {
  const ages = agesAt(ctx);
  return performanceIn(findCounter(ctx, work), ages, standing(ctx, work, ages));
}

/** I as the current epoch began. */
export function incidentFactor(ctx: ReadCtx, place: Place): Dec {
  return standing(ctx, place, agesAt(ctx)).incidentFactor;
}

/** r: earlier content faults that make the next one dearer; counts at once, not from the next epoch. */
export function repeats(ctx: ReadCtx, node: Address, service: string): bigint {
  const found = incidents.get(ctx, [service, node]);
  if (found === undefined) return 0n;
  return repeatsOf(touchedIncidents(found, agesAt(ctx)), ctx.block.timeMs, params(ctx).halfLifeMs);
}

/** What every node with a record has on a service, read in one walk. */
export type Standings = { of(node: Address): Standing };

export function standings(ctx: ReadCtx, service: string, ages: Ages): Standings {
  const known = new Map<Address, Standing>();
  for (const record of incidents.under(ctx, service))
    known.set(record.node, standingOf(record, ages));
  return { of: (node) => known.get(node) ?? newcomer };
}

/** P of one node, as `performances` gives it. */
export function performanceWith(ctx: ReadCtx, work: Work, ages: Ages, standing: Standing): Dec {
  return performanceIn(findCounter(ctx, work), ages, standing);
}

/** P of every node of one table, read in one walk. */
export function performances(
  ctx: ReadCtx,
  { service, role, key }: Omit<Work, "node">,
  ages: Ages,
): (node: Address, standing: Standing) => Dec {
  const known = new Map<Address, Counter>();
  for (const counter of counters.under(ctx, [service, role, key])) known.set(counter.node, counter);
  return (node, standing) => performanceIn(known.get(node), ages, standing);
}

const heaviest = 4n * one;

/** w: 1 at the least, 1/8 more with each doubling of the fee, 4 from 2^24 base units on. */
export function feeWeight(fee: Amount): Dec {
  const doublings = log2Floor(max<bigint>(fee, 1n));
  return dec(min(one + ratio(BigInt(doublings), 8n), heaviest));
}

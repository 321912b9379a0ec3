import { proto } from "../../core/codec.ts";
import type { ReadCtx } from "../../core/context.ts";
import { address } from "../../core/crypto/address.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/gen/assay/reputation/v1/query.ts";
import { agesAt } from "./ages.ts";
import { countersOf } from "./counters.ts";
import { params } from "./params.ts";
import {
  incidentFactorOf,
  newIncidents,
  repeatsOf,
  reputationOf,
  touchedCounter,
  touchedIncidents,
} from "./records.ts";
import { incidents } from "./state.ts";
import { Counter, Incidents, Params, type Place } from "./types.ts";

// A node has a counter per role and key that it ever served; a definition has at most 64 tasks.
const mostCounters = 1_000;

export const queryParams = defineQuery({
  path: "/assay.reputation.v1.Query/Params",
  request: proto(wire.QueryParamsRequest),
  response: proto(wire.QueryParamsResponse),
  handle: (ctx) => ({ params: Params.toWire(params(ctx)) }),
});

/** Every number of now, decayed to the current epoch; the draw uses the `before` ones. */
export function breakdown(ctx: ReadCtx, place: Place): wire.QueryBreakdownResponse {
  const ages = agesAt(ctx);
  const found: Counter[] = [];
  for (const counter of countersOf(ctx, place)) {
    if (found.length === mostCounters) break;
    found.push(touchedCounter(counter, ages));
  }
  const record = touchedIncidents(
    incidents.get(ctx, [place.service, place.node]) ?? newIncidents(place, ages.epoch),
    ages,
  );
  return {
    counters: found.map(Counter.toWire),
    incidents: Incidents.toWire(record),
    repService: reputationOf(record.successes, record.failures).toString(),
    incidentFactor: incidentFactorOf(record.load).toString(),
    repeats: repeatsOf(record, ctx.block.timeMs, params(ctx).halfLifeMs),
  };
}

export const queryBreakdown = defineQuery({
  path: "/assay.reputation.v1.Query/Breakdown",
  request: proto(wire.QueryBreakdownRequest),
  response: proto(wire.QueryBreakdownResponse),
  handle: (ctx, { service, node }) => breakdown(ctx, { service, node: address(node) }),
});

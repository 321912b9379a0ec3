import type { ReadCtx } from "../../core/context.ts";
import { one } from "../../core/math/dec.ts";
import { divFloor, max } from "../../core/math/integers.ts";
import { agesAt } from "./ages.ts";
import { countersOf } from "./counters.ts";
import { touchedCounter, touchedIncidents } from "./records.ts";
import { counters, incidents } from "./state.ts";

// Sums and counters are floored at different times: one unit of 1e-18 a touch, and far below this.
const slack = divFloor(one, 1_000_000_000n);

/** The sums of a place are those of its counters. */
export function sumsMatchCounters(ctx: ReadCtx): string | undefined {
  const ages = agesAt(ctx);
  for (const record of incidents.values(ctx)) {
    if (record.epoch > ages.epoch) continue;
    const { node, service, successes, failures } = touchedIncidents(record, ages);
    let a = 0n;
    let b = 0n;
    for (const counter of countersOf(ctx, record)) {
      const now = touchedCounter(counter, ages);
      a += now.successes;
      b += now.failures;
    }
    const gap = max(max(a - successes, successes - a), max(b - failures, failures - b));
    if (gap > slack)
      return `${service} ${node}: expected sums ${a}, ${b}, got ${successes}, ${failures}`;
  }
  return undefined;
}

/** No record is from a later epoch than the current one. */
export function epochsHaveCome(ctx: ReadCtx): string | undefined {
  const { epoch } = agesAt(ctx);
  for (const { node, service, epoch: touched } of incidents.values(ctx)) {
    if (touched > epoch)
      return `${service} ${node}: epoch: expected at most ${epoch}, got ${touched}`;
  }
  for (const { node, service, key, epoch: touched } of counters.values(ctx)) {
    if (touched > epoch)
      return `${service} ${node} ${key}: epoch: expected at most ${epoch}, got ${touched}`;
  }
  return undefined;
}

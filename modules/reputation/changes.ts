import type { Address } from "../../core/brand.ts";
import { changedBy, changedIn, type Changed } from "../../core/collections/changed.ts";
import type { ReadCtx } from "../../core/context.ts";
import { counters, incidents } from "./state.ts";
import type { Work } from "./types.ts";

/** Nodes whose standing on the service may have changed since that commit, by more than time. */
export function changedStandings(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedBy(changedIn(ctx, incidents, { under: service }, since), ([, node]) => node);
}

/** Nodes whose counter of that role and key may have changed since that commit. */
export function changedCounters(
  ctx: ReadCtx,
  { service, role, key }: Omit<Work, "node">,
  since: bigint | undefined,
): Changed<Address> | undefined {
  const changed = changedIn(ctx, counters, { under: [service, role, key] }, since);
  return changedBy(changed, ([, node]) => node);
}

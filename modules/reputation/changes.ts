import type { Address } from "../../core/brand.ts";
import { changedUnder, type Changed } from "../../core/collections/changed.ts";
import { addressKey } from "../../core/collections/keys.ts";
import type { ReadCtx } from "../../core/context.ts";
import { counters, incidents } from "./state.ts";
import type { Work } from "./types.ts";

/** Nodes whose standing on the service may have changed since that commit, by more than time. */
export function changedStandings(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedUnder(ctx, incidents, service, addressKey, since);
}

/** Nodes whose counter of that role and key may have changed since that commit. */
export function changedCounters(
  ctx: ReadCtx,
  { service, role, key }: Omit<Work, "node">,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedUnder(ctx, counters, [service, role, key], addressKey, since);
}

import type { Address } from "../../core/brand.ts";
import { changedBy, changedIn, type Changed } from "../../core/collections/changed.ts";
import type { ReadCtx } from "../../core/context.ts";
import { instances } from "./state.ts";

/** Nodes whose announcement for the service may have changed since that commit. */
export function changedInstances(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedBy(changedIn(ctx, instances, { under: service }, since), ([, node]) => node);
}

import type { Address } from "../../core/brand.ts";
import { changedUnder, type Changed } from "../../core/collections/changed.ts";
import { addressKey } from "../../core/collections/keys.ts";
import type { ReadCtx } from "../../core/context.ts";
import { instances } from "./state.ts";

/** Nodes whose announcement for the service may have changed since that commit. */
export function changedInstances(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedUnder(ctx, instances, service, addressKey, since);
}

import type { Address } from "../../core/brand.ts";
import { alsoChanged, changedBy, changedIn, type Changed } from "../../core/collections/changed.ts";
import type { ReadCtx } from "../../core/context.ts";
import { bonds, lives } from "./state.ts";

/** Nodes whose bond to the service, or whose life, may have changed since that commit; lives are all services'. */
export function changedNodes(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  const ofService = changedIn(ctx, bonds, { under: service }, since);
  return alsoChanged(
    changedBy(ofService, ([, node]) => node),
    changedIn(ctx, lives, {}, since),
  );
}

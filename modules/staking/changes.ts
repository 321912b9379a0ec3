import type { Address } from "../../core/brand.ts";
import {
  alsoChanged,
  changedIn,
  changedUnder,
  type Changed,
} from "../../core/collections/changed.ts";
import { addressKey } from "../../core/collections/keys.ts";
import type { ReadCtx } from "../../core/context.ts";
import { bonds, lives } from "./state.ts";

/** Nodes whose bond to the service, or whose life, may have changed since that commit; lives are all services'. */
export function changedNodes(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return alsoChanged(
    changedUnder(ctx, bonds, service, addressKey, since),
    changedIn(ctx, lives, since),
  );
}

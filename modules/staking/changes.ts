import type { Address } from "../../core/brand.ts";
import { changedIn, changedUnder, type Changed } from "../../core/collections/changed.ts";
import { addressKey } from "../../core/collections/keys.ts";
import type { ReadCtx } from "../../core/context.ts";
import { bonds, lives } from "./state.ts";

/** Nodes whose bond to the service may have been made, changed or ended since that commit. */
export function changedBonds(
  ctx: ReadCtx,
  service: string,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedUnder(ctx, bonds, service, addressKey, since);
}

/** Nodes, of whatever service, whose life may have changed since that commit by more than time. */
export function changedLives(
  ctx: ReadCtx,
  since: bigint | undefined,
): Changed<Address> | undefined {
  return changedIn(ctx, lives, since);
}

import type { Ctx } from "../../core/context.ts";
import { removeExpired } from "./grants.ts";

/** The SDK's number; the rest waits for the next block, and no fee is paid from it meanwhile. */
export const expiredPerBlock = 200;

export function endBlock(ctx: Ctx): void {
  removeExpired(ctx, expiredPerBlock);
}

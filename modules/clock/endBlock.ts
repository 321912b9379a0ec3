import type { Ctx } from "../../core/context.ts";
import type { BlockUsage } from "../../core/module.ts";
import { noteWork } from "./time.ts";
import { countFullBlock, openWindows, tick } from "./windows.ts";

/**
 * While a window is open the tick changes the app hash, so that CometBFT makes the next block at once; a block
 * without transactions and windows writes nothing, so that it rests.
 */
export function endBlock(ctx: Ctx, usage: BlockUsage): void {
  countFullBlock(ctx, usage);
  const open = openWindows(ctx) > 0n;
  if (open) tick(ctx);
  if (open || usage.txs > 0) noteWork(ctx);
}

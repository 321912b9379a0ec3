import type { Ctx } from "../../core/context.ts";
import { runDue } from "../../core/due.ts";
import { expireCommitment } from "./commitments.ts";
import { expiringQueue, params } from "./state.ts";

/**
 * Commitments whose time is over. An item that fails stays out of the queue with its record and deposit: the
 * registrant can still use it up to its time, and the coins stay accounted for.
 */
export function endBlock(ctx: Ctx): void {
  const { duePerBlock } = params.get(ctx);
  runDue(ctx, expiringQueue, ctx.block.timeMs, duePerBlock, {
    run: expireCommitment,
    fallback: () => undefined,
    park: () => undefined,
  });
}

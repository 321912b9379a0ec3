import type { Ctx } from "../../core/context.ts";
import { runDue } from "../../core/due.ts";
import { faults, forgettingQueue, maturingQueue, params } from "./state.ts";
import { payUnbonded } from "./unbonding.ts";

/**
 * Pays matured unbonding and forgets old fault ids. An item that fails stays in its record, out of the queue and
 * slashable; the coins stay accounted for.
 */
export function endBlock(ctx: Ctx): void {
  const { duePerBlock } = params.get(ctx);
  const { timeMs } = ctx.block;
  const left = { fallback: (): void => undefined, park: (): void => undefined };
  runDue(ctx, maturingQueue, timeMs, duePerBlock, { run: payUnbonded, ...left });
  runDue(ctx, forgettingQueue, timeMs, duePerBlock, {
    run: (own, key) => faults.remove(own, key),
    ...left,
  });
}

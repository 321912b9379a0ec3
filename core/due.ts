import type { Ctx } from "./context.ts";
import { inBranch } from "./context.ts";
import { isMachineDependent } from "./errors.ts";

/** A due queue of one module: entries ordered by (due, id). */
export type DueQueue<D, I> = {
  /** The first entries with due <= until, at most limit. */
  due(ctx: Ctx, until: D, limit: number): (readonly [D, I])[];
  remove(ctx: Ctx, entry: readonly [D, I]): void;
};

export type DueSteps<I> = {
  /** The item's own work, on its own branch. */
  run(own: Ctx, id: I): void;
  /** What happens when run throws: the item ends harmlessly (a task: EXPIRED, full refund). */
  fallback(own: Ctx, id: I, error: unknown): void;
  /** What happens when fallback throws too: out of every queue, count and clock. */
  park(own: Ctx, id: I): void;
};

/**
 * Runs at most `limit` due items in (due, id) order; the rest waits for the next block. Returns how many ran. One
 * of the two places that catch (STYLE 5.4): one bad item never blocks the others nor the chain.
 */
export function runDue<D, I>(
  ctx: Ctx,
  queue: DueQueue<D, I>,
  until: D,
  limit: number,
  steps: DueSteps<I>,
): number {
  const entries = queue.due(ctx, until, limit);
  for (const entry of entries) {
    const id = entry[1];
    const take = (step: (own: Ctx) => void): unknown => {
      try {
        inBranch(ctx, (own) => {
          queue.remove(own, entry);
          step(own);
        });
        return undefined;
      } catch (error) {
        if (isMachineDependent(error)) throw error;
        return error;
      }
    };
    const failed = take((own) => steps.run(own, id));
    if (failed === undefined) continue;
    ctx.alarms.push(`due item ${String(id)} failed: ${String(failed)}`);
    const failedAgain = take((own) => steps.fallback(own, id, failed));
    if (failedAgain === undefined) continue;
    ctx.alarms.push(`due item ${String(id)} parked: ${String(failedAgain)}`);
    const stuck = take((own) => steps.park(own, id));
    if (stuck !== undefined) throw stuck;
  }
  return entries.length;
}

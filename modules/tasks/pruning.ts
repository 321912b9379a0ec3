import type { Ctx } from "../../core/context.ts";
import { digests, finished, tasks } from "./state.ts";
import { digestOf, removeTask } from "./tasks.ts";
import type { Task } from "./types.ts";

/**
 * Finished tasks older than keep_blocks shrink to their digest, the oldest first (X28). The limit counts seats, as
 * that of the deadlines does; one task always fits.
 */
export function prune(ctx: Ctx, keepBlocks: bigint, limit: number): void {
  const old: Task[] = [];
  let work = 0;
  for (const [height, id] of finished.keys(ctx)) {
    if (height + keepBlocks >= ctx.block.height) break;
    const task = tasks.get(ctx, id);
    if (task === undefined) continue;
    work += 1 + task.validators;
    if (work > limit && old.length > 0) break;
    old.push(task);
  }
  for (const task of old) shrink(ctx, task);
}

function shrink(ctx: Ctx, task: Task): void {
  const digest = digestOf(ctx, task);
  finished.remove(ctx, [task.finishedHeight, task.id]);
  removeTask(ctx, task);
  digests.set(ctx, task.id, { id: task.id, digest });
}

import type { Ctx } from "../../core/context.ts";
import { digests, finished, tasks } from "./state.ts";
import { digestOf, removeTask } from "./tasks.ts";
import type { TaskId } from "./types.ts";

/** Finished tasks older than keep_blocks shrink to their digest; at most `limit`, the oldest first (X28). */
export function prune(ctx: Ctx, keepBlocks: bigint, limit: number): void {
  const due: (readonly [bigint, TaskId])[] = [];
  for (const [height, id] of finished.keys(ctx)) {
    if (height + keepBlocks >= ctx.block.height || due.length >= limit) break;
    due.push([height, id]);
  }
  for (const [, id] of due) shrink(ctx, id);
}

function shrink(ctx: Ctx, id: TaskId): void {
  const task = tasks.get(ctx, id);
  if (task === undefined) return;
  const digest = digestOf(ctx, task);
  finished.remove(ctx, [task.finishedHeight, id]);
  removeTask(ctx, task);
  digests.set(ctx, id, { id, digest });
}

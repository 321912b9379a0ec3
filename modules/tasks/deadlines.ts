import type { Height } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import type { DueQueue } from "../../core/due.ts";
import { BugError } from "../../core/errors.ts";
import { deadlines, progress, tasks } from "./state.ts";
import { TaskStatus, type Progress, type TaskId } from "./types.ts";

export function requireProgress(ctx: ReadCtx, id: TaskId): Progress {
  const found = progress.get(ctx, id);
  if (found === undefined) throw new BugError(`task ${id}: expected its progress, got none`);
  return found;
}

/** The task's one entry in the queue: at its deadline, or now when nobody is awaited any more. */
export function schedule(ctx: Ctx, id: TaskId, due: Height, awaited: number): void {
  enqueue(ctx, id, awaited === 0 ? ctx.block.height : due, awaited);
}

/** At that height whoever is awaited: genesis has no height of its own to be now. */
export function enqueue(ctx: Ctx, id: TaskId, due: Height, awaited: number): void {
  const before = progress.get(ctx, id);
  if (before !== undefined) deadlines.remove(ctx, [before.due as Height, id]);
  progress.set(ctx, id, { awaited, due });
  deadlines.add(ctx, [due, id]);
}

/** An imported task's entry, where the queue had it: the cap may have left it over from an earlier block. */
export function reschedule(ctx: Ctx, id: TaskId, due: Height): void {
  const { awaited, due: before } = requireProgress(ctx, id);
  deadlines.remove(ctx, [before as Height, id]);
  progress.set(ctx, id, { awaited, due });
  deadlines.add(ctx, [due, id]);
}

/** One awaited seat posted; the last one closes the window at the end of this block. */
export function countPost(ctx: Ctx, id: TaskId): void {
  const { awaited, due } = requireProgress(ctx, id);
  schedule(ctx, id, due as Height, awaited - 1);
}

export function unschedule(ctx: Ctx, id: TaskId): void {
  const before = progress.get(ctx, id);
  if (before === undefined) return;
  deadlines.remove(ctx, [before.due as Height, id]);
  progress.remove(ctx, id);
}

/**
 * Due tasks in (height, id) order. The limit counts seats: opening the reveals is one step, an end judges all
 * 1 + N; one task always fits, so that none waits for ever.
 */
export const dueTasks: DueQueue<Height, TaskId> = {
  due(ctx, until, limit) {
    const found: (readonly [Height, TaskId])[] = [];
    let work = 0;
    for (const entry of deadlines.keys(ctx)) {
      if (entry[0] > until) break;
      work += stepsOf(ctx, entry[1]);
      if (work > limit && found.length > 0) break;
      found.push(entry);
    }
    return found;
  },
  remove: (ctx, entry) => deadlines.remove(ctx, entry),
};

function stepsOf(ctx: ReadCtx, id: TaskId): number {
  const task = tasks.get(ctx, id);
  if (task === undefined) return 1;
  const opensReveals =
    task.status === TaskStatus.TASK_STATUS_COMMIT &&
    task.validators > 0 &&
    progress.get(ctx, id)?.awaited === 0;
  return opensReveals ? 1 : 1 + task.validators;
}

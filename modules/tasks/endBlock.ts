import type { Ctx } from "../../core/context.ts";
import { runDue, type DueSteps } from "../../core/due.ts";
import type { BlockUsage } from "../../core/module.ts";
import * as clock from "../clock/index.ts";
import { freeRoom } from "./capacity.ts";
import { closeWindow } from "./closing.ts";
import { dueTasks } from "./deadlines.ts";
import { expireWithRefund } from "./finish.ts";
import { prune } from "./pruning.ts";
import { drawnNow, params, progress } from "./state.ts";
import { isWaiting, requireTask, setTask } from "./tasks.ts";
import type { Task, TaskId } from "./types.ts";

/** Closes what is due; an idle block reads two queues and writes nothing. */
export function endBlock(ctx: Ctx, usage: BlockUsage): void {
  const { duePerBlock, keepBlocks } = params.get(ctx);
  leaveOutDrawBlock(ctx, usage);
  runDue(ctx, dueTasks, ctx.block.height, duePerBlock, steps(usage));
  // Pruning never makes a quiet chain work: it rides on blocks that change the state anyway.
  if (usage.txs > 0) prune(ctx, keepBlocks, duePerBlock);
}

/** The block of a draw is none of the window's, and whether it was full is known only now. */
function leaveOutDrawBlock(ctx: Ctx, usage: BlockUsage): void {
  const isFull = clock.isFull(usage);
  for (const id of [...drawnNow.keys(ctx)]) {
    drawnNow.remove(ctx, id);
    if (!isFull) continue;
    const task = requireTask(ctx, id);
    setTask(ctx, { ...task, windowFullBase: task.windowFullBase + 1n });
  }
}

function steps(usage: BlockUsage): DueSteps<TaskId> {
  return {
    run: (own, id) => closeWindow(own, id, usage),
    fallback(own, id) {
      clock.closeWindow(own);
      expireWithRefund(own, requireTask(own, id));
    },
    park(own, id) {
      clock.closeWindow(own);
      park(own, requireTask(own, id));
    },
  };
}

/** Out of every queue and count; its escrow and its seats in staking stay held for people to look at. */
export function park(ctx: Ctx, task: Task): void {
  if (isWaiting(task)) progress.remove(ctx, task.id);
  freeRoom(ctx, task);
  setTask(ctx, { ...task, parked: true });
}

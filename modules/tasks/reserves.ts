import type { Ctx } from "../../core/context.ts";
import { emit } from "../../core/events.ts";
import * as clock from "../clock/index.ts";
import * as staking from "../staking/index.ts";
import { schedule } from "./deadlines.ts";
import { EventTaskReassigned } from "./events.ts";
import { isStillEligible } from "./nodes.ts";
import { closeSeat, isValidator, openSeat, setSeat, setTask } from "./tasks.ts";
import { SeatStatus, type Seat, type Task } from "./types.ts";
import { windowFrom } from "./windows.ts";

/**
 * The next reserve of the same draw that is still eligible executes, in a new commit window in which silent
 * validators may still commit; false when none is left. A silent executor never re-rolls the draw.
 */
export function callReserve(ctx: Ctx, task: Task, seats: readonly Seat[], full: bigint): boolean {
  replaceSilent(ctx, task, seats);
  const reserve =
    task.attempt < task.attempts
      ? seats.find(
          (seat) =>
            seat.status === SeatStatus.SEAT_STATUS_RESERVE && isStillEligible(ctx, task, seat.node),
        )
      : undefined;
  if (reserve === undefined) return false;
  const attempt = task.attempt + 1;
  const window = windowFrom(ctx.block.height, task.commitBlocks);
  openSeat(ctx, task.id, {
    ...reserve,
    status: SeatStatus.SEAT_STATUS_OPEN,
    attempt,
    calledHeight: ctx.block.height,
  });
  staking.takeSeat(ctx, task.service, reserve.node);
  setTask(ctx, {
    ...task,
    ...window,
    attempt,
    executorSeat: reserve.index,
    windowFullBase: full,
  });
  const silent = seats.filter(
    (seat) => isValidator(seat) && seat.status === SeatStatus.SEAT_STATUS_OPEN,
  );
  schedule(ctx, task.id, window.windowEnd, 1 + silent.length);
  clock.openWindow(ctx);
  emit(ctx, EventTaskReassigned, {
    taskId: task.id,
    executor: reserve.node,
    attempt,
    deadline: window.windowEnd,
  });
  return true;
}

/** It posts no more, but keeps its seat in staking until the task's end judges its silence. */
function replaceSilent(ctx: Ctx, task: Task, seats: readonly Seat[]): void {
  const executor = seats.find((seat) => seat.index === task.executorSeat);
  if (executor?.status !== SeatStatus.SEAT_STATUS_OPEN) return;
  setSeat(ctx, task.id, { ...executor, status: SeatStatus.SEAT_STATUS_REPLACED });
  closeSeat(ctx, task.id, executor.node);
}

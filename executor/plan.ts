import { executorOf } from "../client/run.ts";
import { Role } from "../proto/gen/assay/registry/v1/registry.ts";
import { SeatStatus, TaskStatus, type Seat, type Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import type { SeatRecord } from "./journal.ts";

/** What to do for one seat now. */
export type Step = "run" | "submit" | "commit" | "reveal" | "wait";

/** Names a seat in the journal: one post of each kind per (task, role, node), whatever the attempt. */
export function seatKey(task: Task, seat: Seat): string {
  return `${task.id}/${seat.role}/${seat.node}`;
}

/** A function of the chain's state at `height` and the journal alone: a restart comes to the same step. */
export function nextStep(
  task: Task,
  seat: Seat,
  record: SeatRecord | undefined,
  height: bigint,
): Step {
  if (
    task.status === TaskStatus.TASK_STATUS_COMMIT &&
    seat.status === SeatStatus.SEAT_STATUS_OPEN
  ) {
    if (record === undefined) return "run";
    return task.validators === 0 ? "submit" : "commit";
  }
  if (seat.status !== SeatStatus.SEAT_STATUS_COMMITTED) return "wait";
  // A journal that was lost: the salt comes from the key, the result from a second run.
  if (record === undefined) return "run";
  if (task.status === TaskStatus.TASK_STATUS_REVEAL)
    return mayReveal(task, seat, height) ? "reveal" : "wait";
  return "wait";
}

/** The executor reveals at once; validators after it, or after the executor's half of the window. */
function mayReveal(task: Task, seat: Seat, height: bigint): boolean {
  if (seat.role === Role.ROLE_EXECUTOR) return true;
  if (executorOf(task)?.status === SeatStatus.SEAT_STATUS_REVEALED) return true;
  // The post lands in the next block at the earliest.
  return height + 1n > task.windowStart + BigInt(Math.floor(task.revealBlocks / 2));
}

import type { Height } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import * as registry from "../registry/index.ts";
import { addSeats, seatsOfRequest } from "./capacity.ts";
import { enqueue, reschedule } from "./deadlines.ts";
import { validateParams } from "./params.ts";
import { keepSelection, namedTable, selectionOf } from "./selectionRecords.ts";
import { digests, finished, nextTaskId, params, progress, selections, tasks } from "./state.ts";
import { addTask, isOpen, isWaiting, openSeat, setSeat, wholeTask } from "./tasks.ts";
import { GenesisState, SeatStatus, taskId, TaskStatus, type Seat, type Task } from "./types.ts";

function validate(genesis: GenesisState): Fault[] {
  const faults = validateParams(genesis.params);
  let last = 0n;
  for (const [i, task] of genesis.tasks.entries()) {
    const pointer = `/tasks/${i}`;
    if (task.id <= last || task.id >= genesis.nextTaskId) {
      faults.push({
        pointer,
        text: `id: expected ${last + 1n}..${genesis.nextTaskId - 1n}, got ${task.id}`,
      });
    }
    last = task.id;
    if (isQueued(task) && task.windowEnd < 1n) {
      faults.push({ pointer, text: `window_end: expected a height, got ${task.windowEnd}` });
    }
    for (const [index, seat] of task.seats.entries()) {
      if (seat.index !== index) {
        faults.push({ pointer, text: `seats: expected index ${index}, got ${seat.index}` });
      }
    }
  }
  faults.push(...deadlineFaults(genesis));
  for (const [i, { digest }] of genesis.digests.entries()) {
    if (digest.length !== 32) {
      faults.push({ pointer: `/digests/${i}`, text: `expected 32 bytes, got ${digest.length}` });
    }
  }
  return faults;
}

/** At most one of each task that waits; one that is not named gets its window's end. */
function deadlineFaults({ tasks: all, deadlines: listed }: GenesisState): Fault[] {
  const faults: Fault[] = [];
  const waiting = new Set(all.filter(isQueued).map(({ id }) => id));
  for (const [i, { taskId: id, due }] of listed.entries()) {
    if (due < 1n)
      faults.push({ pointer: `/deadlines/${i}`, text: `due: expected a height, got ${due}` });
    if (waiting.delete(id)) continue;
    const text = `expected a task in COMMIT or REVEAL, once, got ${id}`;
    faults.push({ pointer: `/deadlines/${i}`, text });
  }
  return faults;
}

function isQueued(task: Task): boolean {
  return isOpen(task) && isWaiting(task) && !task.parked;
}

function init(ctx: Ctx, genesis: GenesisState): void {
  params.set(ctx, genesis.params);
  if (genesis.nextTaskId > 1n) nextTaskId.set(ctx, genesis.nextTaskId);
  for (const task of genesis.tasks) importTask(ctx, task);
  for (const { taskId: id, due } of genesis.deadlines) reschedule(ctx, id, due);
  for (const digest of genesis.digests) digests.set(ctx, digest.id, digest);
  for (const { taskId: id, selection } of genesis.selections) {
    if (selection === undefined) continue;
    const executors = namedTable(selection.executors);
    keepSelection(ctx, taskId(id), selection, executors, namedTable(selection.validators));
  }
}

/** Seats in staking, coins and draws come with their own modules; what is derived is built here. */
function importTask(ctx: Ctx, task: Task): void {
  addTask(ctx, task);
  if (!isOpen(task)) finished.add(ctx, [task.finishedHeight, task.id]);
  for (const seat of task.seats) {
    if (isWaiting(task) && mayPost(seat)) openSeat(ctx, task.id, seat);
    else setSeat(ctx, task.id, seat);
  }
  if (!isOpen(task)) return;
  registry.hold(ctx, task.service);
  if (task.parked) return;
  addSeats(ctx, task.service, seatsOfRequest(task.validators));
  if (isQueued(task)) enqueue(ctx, task.id, task.windowEnd, awaitedOf(task));
}

function mayPost(seat: Seat): boolean {
  return (
    seat.status === SeatStatus.SEAT_STATUS_OPEN ||
    seat.status === SeatStatus.SEAT_STATUS_COMMITTED ||
    seat.status === SeatStatus.SEAT_STATUS_REVEALED
  );
}

/** Seats that the open window waits for. */
export function awaitedOf(task: Task): number {
  const awaited =
    task.status === TaskStatus.TASK_STATUS_REVEAL
      ? SeatStatus.SEAT_STATUS_COMMITTED
      : SeatStatus.SEAT_STATUS_OPEN;
  return task.seats.filter((seat) => seat.status === awaited).length;
}

function exportGenesis(ctx: ReadCtx): GenesisState {
  return {
    params: params.get(ctx),
    tasks: [...tasks.values(ctx)].map((task) => wholeTask(ctx, task)),
    digests: [...digests.values(ctx)],
    nextTaskId: nextTaskId.peek(ctx),
    selections: [...selections.keys(ctx)].map((id) => ({
      taskId: id,
      selection: selectionOf(ctx, id),
    })),
    deadlines: [...progress.entries(ctx)].map(([id, { due }]) => ({
      taskId: id,
      due: due as Height,
    })),
  };
}

export const genesis = defineGenesis({
  codec: GenesisState,
  message: "assay.tasks.v1.GenesisState",
  validate,
  init,
  export: exportGenesis,
});

import type { Address } from "../../core/brand.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { errors } from "./errors.ts";
import {
  byRequester,
  byService,
  openSeats,
  payloads,
  seats as seatRecords,
  tasks,
} from "./state.ts";
import {
  Role,
  SeatStatus,
  Task,
  TaskStatus,
  type Payload,
  type Seat,
  type TaskId,
} from "./types.ts";

export function findTask(ctx: ReadCtx, id: TaskId): Task | undefined {
  return tasks.get(ctx, id);
}

export function requireTask(ctx: ReadCtx, id: TaskId): Task {
  return tasks.get(ctx, id) ?? errors.raise("unknownTask", `task: expected a known id, got ${id}`);
}

export function isOpen(task: Task): boolean {
  return task.finishedHeight === 0n;
}

/** Seats by index, without inline outputs. */
export function seatsOf(ctx: ReadCtx, id: TaskId): Seat[] {
  return [...seatRecords.under(ctx, id)];
}

export function requireSeat(ctx: ReadCtx, id: TaskId, index: number): Seat {
  const seat = seatRecords.get(ctx, [id, index]);
  if (seat === undefined) throw new BugError(`task ${id}: expected a seat ${index}, got none`);
  return seat;
}

export function setSeat(ctx: Ctx, id: TaskId, seat: Seat): void {
  const { output } = seat;
  if (output === undefined || output.inline.length === 0) {
    seatRecords.set(ctx, [id, seat.index], seat);
    return;
  }
  payloads.set(ctx, [id, 1 + seat.index], output.inline);
  seatRecords.set(ctx, [id, seat.index], { ...seat, output: withoutInline(output) });
}

/** The seat is in use: the node may post until it is closed. */
export function openSeat(ctx: Ctx, id: TaskId, seat: Seat): void {
  setSeat(ctx, id, seat);
  openSeats.set(ctx, [seat.node, id], seat.index);
}

export function closeSeat(ctx: Ctx, id: TaskId, node: Address): void {
  openSeats.remove(ctx, [node, id]);
}

/** A new task with its input and its places in the lists. */
export function addTask(ctx: Ctx, task: Task): void {
  if (task.input.inline.length > 0) payloads.set(ctx, [task.id, 0], task.input.inline);
  setTask(ctx, task);
  byRequester.set(ctx, [task.requester, task.id], true);
  byService.set(ctx, [task.service, task.id], true);
}

/** The task's own record; seats and inline bytes have theirs. */
export function setTask(ctx: Ctx, task: Task): void {
  const { result } = task;
  tasks.set(ctx, task.id, {
    ...task,
    seats: [],
    input: withoutInline(task.input),
    result: result === undefined ? undefined : withoutInline(result),
  });
}

/** As queries show it: seats, input and outputs put together again. */
export function wholeTask(ctx: ReadCtx, task: Task): Task {
  const seats = seatsOf(ctx, task.id).map((seat) =>
    seat.output === undefined
      ? seat
      : { ...seat, output: withInline(ctx, task.id, 1 + seat.index, seat.output) },
  );
  const { result } = task;
  return {
    ...task,
    seats,
    input: withInline(ctx, task.id, 0, task.input),
    result:
      result === undefined ? undefined : withInline(ctx, task.id, 1 + task.resultSeat, result),
  };
}

/** Whether the bytes of a payload lie on the chain; nothing at all counts as inline. */
export function isInline(ctx: ReadCtx, id: TaskId, slot: number, payload: Payload): boolean {
  return payload.size === 0n || payloads.has(ctx, [id, slot]);
}

function withInline(ctx: ReadCtx, id: TaskId, slot: number, payload: Payload): Payload {
  const inline = payloads.get(ctx, [id, slot]);
  return inline === undefined ? payload : { ...payload, inline };
}

function withoutInline(payload: Payload): Payload {
  return { ...payload, inline: new Uint8Array() };
}

/** H("task", whole task as queries show it): what stays of it. */
export function digestOf(ctx: ReadCtx, task: Task): Uint8Array {
  return taggedHash("task", Task.encode(wholeTask(ctx, task)));
}

/** Takes a finished task's records away. */
export function removeTask(ctx: Ctx, task: Task): void {
  const kept = seatsOf(ctx, task.id);
  for (const { index } of kept) {
    seatRecords.remove(ctx, [task.id, index]);
    payloads.remove(ctx, [task.id, 1 + index]);
  }
  payloads.remove(ctx, [task.id, 0]);
  byRequester.remove(ctx, [task.requester, task.id]);
  byService.remove(ctx, [task.service, task.id]);
  tasks.remove(ctx, task.id);
}

export function isWaiting(task: Task): boolean {
  return (
    task.status === TaskStatus.TASK_STATUS_COMMIT || task.status === TaskStatus.TASK_STATUS_REVEAL
  );
}

export function isValidator(seat: Seat): boolean {
  return seat.role === Role.ROLE_VALIDATOR;
}

/** Held in staking from its call to the end of the task. */
export function isCalled(seat: Seat): boolean {
  return seat.status !== SeatStatus.SEAT_STATUS_RESERVE;
}

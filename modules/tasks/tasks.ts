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
  const inline = seat.output?.inline;
  if (inline === undefined || inline.length === 0) {
    seatRecords.set(ctx, [id, seat.index], seat);
    return;
  }
  payloads.set(ctx, [id, 1 + seat.index], inline);
  seatRecords.set(ctx, [id, seat.index], { ...seat, output: withoutInline(seat.output) });
}

/** The seat is called: it may post from now on. */
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
  const result = task.result === undefined ? undefined : withoutInline(task.result);
  tasks.set(ctx, task.id, { ...task, seats: [], input: withoutInline(task.input), result });
}

/** As queries show it: seats, input and outputs put together again. */
export function wholeTask(ctx: ReadCtx, task: Task): Task {
  const seats = seatsOf(ctx, task.id).map((seat) => ({
    ...seat,
    output: withInline(ctx, task.id, 1 + seat.index, seat.output),
  }));
  const source = seats.find((seat) => seat.index === resultSeat(task, seats));
  return {
    ...task,
    seats,
    input: withInline(ctx, task.id, 0, task.input) ?? task.input,
    result: source === undefined ? task.result : source.output,
  };
}

/** Index of the seat whose output is the result: the executor's, unless it was overruled or came without bytes. */
export function resultSeat(task: Task, seats: readonly Seat[]): number | undefined {
  if (task.result === undefined) return undefined;
  const { sha256 } = task.result;
  const holders = seats.filter((seat) => seat.output !== undefined && sameBytes(seat.output.sha256, sha256));
  return holders[0]?.index;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Whether the bytes of a payload lie on the chain; nothing at all counts as inline. */
export function isInline(ctx: ReadCtx, id: TaskId, slot: number, payload: Payload): boolean {
  return payload.size === 0n || payloads.has(ctx, [id, slot]);
}

function withInline(
  ctx: ReadCtx,
  id: TaskId,
  slot: number,
  payload: Payload | undefined,
): Payload | undefined {
  if (payload === undefined) return undefined;
  const inline = payloads.get(ctx, [id, slot]);
  return inline === undefined ? payload : { ...payload, inline };
}

function withoutInline(payload: Payload | undefined): Payload | undefined {
  return payload === undefined ? undefined : { ...payload, inline: new Uint8Array() };
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
  return task.status === TaskStatus.TASK_STATUS_COMMIT || task.status === TaskStatus.TASK_STATUS_REVEAL;
}

export function isValidator(seat: Seat): boolean {
  return seat.role === Role.ROLE_VALIDATOR;
}

/** Held in staking from its call to the end of the task. */
export function isCalled(seat: Seat): boolean {
  return seat.status !== SeatStatus.SEAT_STATUS_RESERVE;
}

import { moduleAddress } from "../../core/crypto/address.ts";
import { compareAscii } from "../../core/bytes.ts";
import type { ReadCtx } from "../../core/context.ts";
import { sum } from "../../core/math/integers.ts";
import type { Invariant } from "../../core/module.ts";
import * as bank from "../bank/index.ts";
import * as beacon from "../beacon/index.ts";
import * as clock from "../clock/index.ts";
import * as staking from "../staking/index.ts";
import { openSeatsOfService, openSeatsOnChain, seatsOfRequest } from "./capacity.ts";
import { awaitedOf } from "./genesis.ts";
import {
  byRequester,
  byService,
  deadlines,
  digests,
  finished,
  nextTaskId,
  openSeats,
  progress,
  tasks,
} from "./state.ts";
import { isCalled, isOpen, isWaiting, seatsOf, wholeTask } from "./tasks.ts";
import { SeatStatus, TaskStatus, type Task } from "./types.ts";

function openTasks(ctx: ReadCtx): Task[] {
  return [...tasks.values(ctx)].filter(isOpen);
}

/** The module's account holds exactly the escrows of open tasks. */
const escrowsAreHeld: Invariant = (ctx) => {
  const held = bank.balance(ctx, moduleAddress("tasks"), staking.denom(ctx));
  const expected = sum(openTasks(ctx).map((task) => task.escrow.total));
  return held === expected ? undefined : `escrow: expected ${expected}, got ${held}`;
};

/** One state, one queue: pending draws wait in beacon, windows in the deadlines, ends in the finished list. */
const tasksAreQueuedOnce: Invariant = (ctx) => {
  const due = new Map<bigint, number>();
  for (const [, id] of deadlines.keys(ctx)) due.set(id, (due.get(id) ?? 0) + 1);
  const ended = new Map<bigint, bigint>();
  for (const [height, id] of finished.keys(ctx)) ended.set(id, height);
  for (const task of tasks.values(ctx)) {
    const waits = isWaiting(task) && isOpen(task) && !task.parked;
    if ((due.get(task.id) ?? 0) !== (waits ? 1 : 0)) {
      return `task ${task.id}: expected ${waits ? 1 : 0} deadlines, got ${due.get(task.id) ?? 0}`;
    }
    if ((ended.get(task.id) ?? 0n) !== task.finishedHeight) {
      return `task ${task.id}: expected an end at ${task.finishedHeight}, got ${ended.get(task.id) ?? 0n}`;
    }
    const requested = task.status === TaskStatus.TASK_STATUS_REQUESTED;
    if (isOpen(task) && !waits && !requested && !task.parked) {
      return `task ${task.id}: expected a queue for status ${task.status}, got none`;
    }
  }
  return undefined;
};

/** What posts move agrees with the seats. */
const progressCountsSeats: Invariant = (ctx) => {
  for (const [id, { awaited, due }] of progress.entries(ctx)) {
    const task = tasks.get(ctx, id);
    if (task === undefined) return `progress ${id}: expected a task, got none`;
    const counted = awaitedOf(wholeTask(ctx, task));
    if (counted !== awaited) return `task ${id}: awaited: expected ${counted}, got ${awaited}`;
    if (!deadlines.has(ctx, [due as Task["windowEnd"], id]))
      return `task ${id}: no deadline at ${due}`;
  }
  return undefined;
};

/** Seats that open tasks called = seats that staking counts; 1 + N of each = the counts of this module. */
const seatsAreCounted: Invariant = (ctx) => {
  const bySeat = new Map<string, number>();
  const perService = new Map<string, bigint>();
  let all = 0n;
  for (const task of openTasks(ctx)) {
    for (const seat of seatsOf(ctx, task.id).filter(isCalled)) {
      const key = `${task.service}/${seat.node}`;
      bySeat.set(key, (bySeat.get(key) ?? 0) + 1);
    }
    if (task.parked) continue;
    const seats = seatsOfRequest(task.validators);
    all += seats;
    perService.set(task.service, (perService.get(task.service) ?? 0n) + seats);
  }
  if (all !== openSeatsOnChain(ctx))
    return `open seats: expected ${all}, got ${openSeatsOnChain(ctx)}`;
  for (const service of [...perService.keys()].sort(compareAscii)) {
    const counted = openSeatsOfService(ctx, service);
    const expected = perService.get(service) ?? 0n;
    if (counted !== expected) return `seats of ${service}: expected ${expected}, got ${counted}`;
    for (const bond of staking.bondsOfService(ctx, service)) {
      const held = bySeat.get(`${service}/${bond.node}`) ?? 0;
      if (bond.openSeats !== held) {
        return `bond ${service}/${bond.node}: expected ${held} seats, got ${bond.openSeats}`;
      }
    }
  }
  return undefined;
};

/** Every list names what there is, and only that. */
const listsAreComplete: Invariant = (ctx) => {
  const count = [...tasks.keys(ctx)].length;
  for (const list of [byRequester, byService]) {
    const listed = [...list.keys(ctx as ReadCtx)].length;
    if (listed !== count) return `lists: expected ${count} tasks, got ${listed}`;
  }
  const next = nextTaskId.peek(ctx);
  const known = BigInt(count) + BigInt([...digests.keys(ctx)].length);
  if (known !== next - 1n) return `tasks and digests: expected ${next - 1n}, got ${known}`;
  for (const [[node, id], index] of openSeats.entries(ctx)) {
    const seat = seatsOf(ctx, id).find((one) => one.index === index);
    if (seat?.node !== node || !mayPost(seat.status))
      return `open seat ${id}/${node}: no such seat`;
  }
  return undefined;
};

function mayPost(status: SeatStatus): boolean {
  return (
    status === SeatStatus.SEAT_STATUS_OPEN ||
    status === SeatStatus.SEAT_STATUS_COMMITTED ||
    status === SeatStatus.SEAT_STATUS_REVEALED
  );
}

/** Pending draws and open windows tick, and nothing else does. */
const windowsAreCounted: Invariant = (ctx) => {
  const open = BigInt([...progress.keys(ctx)].length) + beacon.pendingDraws(ctx);
  const counted = clock.openWindows(ctx);
  return counted === open ? undefined : `open windows: expected ${open}, got ${counted}`;
};

export const invariants = {
  windowsAreCounted,
  escrowsAreHeld,
  tasksAreQueuedOnce,
  progressCountsSeats,
  seatsAreCounted,
  listsAreComplete,
};

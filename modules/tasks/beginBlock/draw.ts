import type { Address, Amount, Height } from "../../../core/brand.ts";
import type { Ctx } from "../../../core/context.ts";
import { runDue, type DueQueue } from "../../../core/due.ts";
import { BugError } from "../../../core/errors.ts";
import { emit } from "../../../core/events.ts";
import { amount } from "../../../core/math/integers.ts";
import * as beacon from "../../beacon/index.ts";
import * as clock from "../../clock/index.ts";
import * as selection from "../../selection/index.ts";
import * as staking from "../../staking/index.ts";
import { schedule } from "../deadlines.ts";
import { park } from "../endBlock.ts";
import { EventTaskAssigned } from "../events.ts";
import { cancel, expireWithRefund } from "../finish.ts";
import { keepSelection, namedTable, type NamedTable } from "../selectionRecords.ts";
import { drawnNow, params } from "../state.ts";
import { openSeat, requireTask, setSeat, setTask } from "../tasks.ts";
import {
  Role,
  SeatOutcome,
  SeatStatus,
  taskId,
  TaskStatus,
  type Seat,
  type Task,
  type TaskId,
} from "../types.ts";
import { windowFrom } from "../windows.ts";

/** Names every table once, however many draws of the block share it. */
type Tables = { readonly drawn: selection.BlockTables; nameOf(table: selection.Table): NamedTable };

/** Draws of tasks that the beacon has finished, the oldest request first, as many as requests a block may hold. */
export function drawDue(ctx: Ctx): void {
  if (beacon.pendingDraws(ctx) === 0n) return;
  const { requestsPerBlock } = params.get(ctx);
  const ready = beacon.readyDraws(ctx, "task", requestsPerBlock);
  if (ready.length === 0) return;
  const draws = new Map(ready.map((draw) => [taskId(draw.id), draw]));
  // The beacon took them out of its own queue already: nothing is left to remove.
  const queue: DueQueue<Height, TaskId> = {
    due: () => [...draws.keys()].map((id) => [ctx.block.height, id] as const),
    remove: () => undefined,
  };
  const tables = blockTables();
  runDue(ctx, queue, ctx.block.height, ready.length, {
    run(own, id) {
      const draw = draws.get(id);
      if (draw === undefined) throw new BugError(`task ${id}: expected a ready draw, got none`);
      drawNodes(own, requireTask(own, id), draw, tables);
    },
    fallback: (own, id) => expireWithRefund(own, requireTask(own, id)),
    park: (own, id) => park(own, requireTask(own, id)),
  });
}

function blockTables(): Tables {
  const names = new Map<selection.Table, NamedTable>();
  return {
    drawn: new selection.BlockTables(),
    nameOf(table) {
      const name = names.get(table) ?? namedTable(selection.tableRecord(table));
      names.set(table, name);
      return name;
    },
  };
}

function drawNodes(ctx: Ctx, task: Task, draw: beacon.ReadyDraw, tables: Tables): void {
  const { service, version, taskKey, requester, requestedHeight } = task;
  const { seats, executors, validators } = tables.drawn.draw(ctx, {
    ...{ service, version, taskKey, requester, seed: draw.seed },
    notAfterHeight: requestedHeight,
    count: task.validators,
    reserves: task.reserves,
  });
  if (seats === undefined) {
    cancel(ctx, task);
    return;
  }
  const record = selection.selectionRecord({
    ...{ seed: draw.seed, appHash: draw.appHash, beacons: draw.beacons },
    ...{ requestedHeight, drawnHeight: ctx.block.height },
    ...{ picks: seats.picks, executors, validators, tables: false },
  });
  const nameOf = (view: selection.View | undefined): NamedTable =>
    view === undefined ? namedTable([]) : tables.nameOf(view.table);
  keepSelection(ctx, task.id, record, nameOf(executors), nameOf(validators));
  assign(ctx, task, seats, draw.seed);
}

/** Opens the seats and the commit window: heights after this one, because the draw sees the block's begin. */
function assign(ctx: Ctx, task: Task, seats: selection.Seats, seed: Uint8Array): void {
  const { price, validatorFee } = task.escrow;
  let index = 0;
  const take = (node: Address, role: Role, fee: Amount): void => {
    const seat = newSeat(ctx, { index, node, role, fee, status: SeatStatus.SEAT_STATUS_OPEN });
    openSeat(ctx, task.id, seat);
    staking.takeSeat(ctx, task.service, node);
    index += 1;
  };
  take(seats.executor, Role.ROLE_EXECUTOR, price);
  for (const node of seats.validators) take(node, Role.ROLE_VALIDATOR, validatorFee);
  for (const node of seats.reserves) {
    const role = Role.ROLE_EXECUTOR;
    const status = SeatStatus.SEAT_STATUS_RESERVE;
    setSeat(ctx, task.id, newSeat(ctx, { index, node, role, fee: price, status }));
    index += 1;
  }
  const window = windowFrom(ctx.block.height, task.commitBlocks);
  setTask(ctx, {
    ...task,
    ...window,
    status: TaskStatus.TASK_STATUS_COMMIT,
    drawnHeight: ctx.block.height,
    seed,
    windowFullBase: clock.fullBlocks(ctx),
  });
  drawnNow.add(ctx, task.id);
  schedule(ctx, task.id, window.windowEnd, 1 + task.validators);
  clock.openWindow(ctx);
  emit(ctx, EventTaskAssigned, {
    taskId: task.id,
    service: task.service,
    version: task.version,
    executor: seats.executor,
    validators: [...seats.validators],
    reserves: [...seats.reserves],
    deadline: window.windowEnd,
    seed,
  });
}

type NewSeat = Pick<Seat, "index" | "node" | "role" | "fee" | "status">;

function newSeat(ctx: Ctx, seat: NewSeat): Seat {
  const none = 0n as Height;
  const called = seat.status === SeatStatus.SEAT_STATUS_OPEN;
  return {
    ...seat,
    commitment: new Uint8Array(),
    attempt: called ? 1 : 0,
    committedHeight: none,
    resultHash: new Uint8Array(),
    unavailable: false,
    outputSha256: new Uint8Array(),
    output: undefined,
    bytesAvailable: false,
    revealedHeight: none,
    late: false,
    posts: 0,
    outcome: SeatOutcome.SEAT_OUTCOME_UNSPECIFIED,
    paid: amount(0n),
    slashed: amount(0n),
    postFees: amount(0n),
    compared: false,
    excused: false,
    calledHeight: called ? ctx.block.height : none,
  };
}

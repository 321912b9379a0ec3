import type { Height } from "../../core/brand.ts";
import { equalBytes, fromHex, toHex } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { emit } from "../../core/events.ts";
import type { BlockUsage } from "../../core/module.ts";
import * as beacon from "../beacon/index.ts";
import * as clock from "../clock/index.ts";
import { requireProgress, schedule } from "./deadlines.ts";
import { EventTaskRevealing } from "./events.ts";
import { finish, noResult, type Result } from "./finish.ts";
import { callReserve } from "./reserves.ts";
import { isInline, isValidator, requireTask, seatsOf, setSeat, setTask } from "./tasks.ts";
import { isWithheld, tally, type Verdict, type Vote } from "./tally.ts";
import { SeatStatus, TaskStatus, type Seat, type Task, type TaskId } from "./types.ts";
import { proposersNeeded, wasFull, windowFrom } from "./windows.ts";

/** The deadline of a task's open window: closes it, or keeps it open until silence can be believed (X12). */
export function closeWindow(ctx: Ctx, id: TaskId, usage: BlockUsage): void {
  const task = requireTask(ctx, id);
  const { awaited } = requireProgress(ctx, id);
  const spread = awaited === 0 || isSpread(ctx, task);
  if (!spread && ctx.block.height < task.windowLimit) {
    schedule(ctx, id, (ctx.block.height + 1n) as Height, awaited);
    return;
  }
  clock.closeWindow(ctx);
  const full = clock.fullBlocks(ctx, usage);
  const blocks = ctx.block.height - task.windowStart;
  const excused = !spread || wasFull(full - task.windowFullBase, blocks);
  const seats = judgeSilence(ctx, task, excused);
  if (task.status === TaskStatus.TASK_STATUS_REVEAL) closeReveal(ctx, task, seats);
  else if (task.validators === 0) closeSubmission(ctx, task, seats, full);
  else closeCommit(ctx, task, seats, full);
}

function isSpread(ctx: ReadCtx, task: Task): boolean {
  const needed = proposersNeeded(beacon.consensusValidators(ctx));
  return clock.distinctProposers(ctx, task.windowStart) >= needed;
}

/** Notes on every seat that this window still waited for whether its silence is excused. */
function judgeSilence(ctx: Ctx, task: Task, excused: boolean): Seat[] {
  const silent =
    task.status === TaskStatus.TASK_STATUS_REVEAL
      ? SeatStatus.SEAT_STATUS_COMMITTED
      : SeatStatus.SEAT_STATUS_OPEN;
  return seatsOf(ctx, task.id).map((seat) => {
    const concerned = seat.status === silent || (seat.late && excused);
    if (!concerned || seat.excused === excused) return seat;
    const noted = { ...seat, excused };
    setSeat(ctx, task.id, noted);
    return noted;
  });
}

function executorOf(task: Task, seats: readonly Seat[]): Seat | undefined {
  return seats.find((seat) => seat.index === task.executorSeat);
}

/** Without validators: a result is final, UNAVAILABLE and silence call the next reserve (M 3). */
function closeSubmission(ctx: Ctx, task: Task, seats: readonly Seat[], full: bigint): void {
  const executor = executorOf(task, seats);
  const revealed = executor?.status === SeatStatus.SEAT_STATUS_REVEALED;
  if (executor !== undefined && revealed && !executor.unavailable) {
    const value = toHex(executor.resultHash);
    const result = resultOf(executor, false);
    finish(ctx, task, { kind: "valid", value, withheld: false }, result);
    return;
  }
  if (callReserve(ctx, task, seats, full)) return;
  const called = seats.filter((seat) => seat.status !== SeatStatus.SEAT_STATUS_RESERVE);
  const allSaySo = called.every((seat) => seat.unavailable);
  finish(
    ctx,
    task,
    allSaySo ? { kind: "unavailable", withheld: false } : { kind: "expired" },
    noResult,
  );
}

/** A silent executor comes first, then the count of commits (PROTOCOL 9). */
function closeCommit(ctx: Ctx, task: Task, seats: readonly Seat[], full: bigint): void {
  if (executorOf(task, seats)?.status !== SeatStatus.SEAT_STATUS_COMMITTED) {
    if (!callReserve(ctx, task, seats, full)) finish(ctx, task, { kind: "expired" }, noResult);
    return;
  }
  const committed = seats.filter((seat) => seat.status === SeatStatus.SEAT_STATUS_COMMITTED);
  const validators = committed.filter(isValidator).length;
  if (2 * validators <= task.validators) {
    finish(ctx, task, { kind: "noMajority", revealPhase: false, withheld: false }, noResult);
    return;
  }
  const window = windowFrom(ctx.block.height, task.revealBlocks);
  setTask(ctx, {
    ...task,
    ...window,
    status: TaskStatus.TASK_STATUS_REVEAL,
    windowFullBase: full,
  });
  schedule(ctx, task.id, window.windowEnd, committed.length);
  clock.openWindow(ctx);
  emit(ctx, EventTaskRevealing, { taskId: task.id, deadline: window.windowEnd });
}

function closeReveal(ctx: Ctx, task: Task, seats: readonly Seat[]): void {
  const executor = executorOf(task, seats);
  const validators = seats.filter(isValidator);
  const votes = validators.map(voteOf);
  const withheld = isWithheld(votes) && executor?.status === SeatStatus.SEAT_STATUS_REVEALED;
  const verdict = tally(executor === undefined || withheld ? noVote : voteOf(executor), votes);
  const tallied = { ...task, tallyHeight: ctx.block.height };
  switch (verdict.kind) {
    case "valid":
      finish(
        ctx,
        tallied,
        { kind: "valid", value: verdict.value, withheld },
        standing(ctx, task, executor, validators, verdict),
      );
      return;
    case "unavailable":
      finish(ctx, tallied, { kind: "unavailable", withheld }, noResult);
      return;
    case "noMajority":
      finish(ctx, tallied, { kind: "noMajority", revealPhase: true, withheld }, noResult);
  }
}

const noVote: Vote = { value: undefined, unavailable: false, deniesBytes: false };

function voteOf(seat: Seat): Vote {
  if (seat.status !== SeatStatus.SEAT_STATUS_REVEALED) return noVote;
  return {
    value: seat.unavailable ? undefined : toHex(seat.resultHash),
    unavailable: seat.unavailable,
    deniesBytes: seat.compared && !seat.bytesAvailable,
  };
}

/**
 * The first seat that holds the value with its bytes on the chain, else the first that names them off chain; the
 * executor comes first unless it was overruled.
 */
function standing(
  ctx: ReadCtx,
  task: Task,
  executor: Seat | undefined,
  validators: readonly Seat[],
  verdict: Extract<Verdict, { kind: "valid" }>,
): Result {
  const { overruled } = verdict;
  const value = fromHex(verdict.value) ?? new Uint8Array();
  const candidates = overruled || executor === undefined ? validators : [executor, ...validators];
  const holders = candidates.filter(
    (seat) => seat.output !== undefined && equalBytes(seat.resultHash, value),
  );
  const inline = holders.find(
    ({ index, output }) => output !== undefined && isInline(ctx, task.id, 1 + index, output),
  );
  const source = inline ?? holders[0];
  if (source === undefined) throw new BugError(`task ${task.id}: expected bytes of the result`);
  return resultOf(source, overruled);
}

function resultOf(seat: Seat, overruled: boolean): Result {
  return {
    resultHash: seat.resultHash,
    result: seat.output,
    resultSeat: seat.index,
    overruled,
  };
}

import type { Amount } from "../../core/brand.ts";
import { toHex } from "../../core/bytes.ts";
import type { Ctx } from "../../core/context.ts";
import { emit } from "../../core/events.ts";
import { amount } from "../../core/math/integers.ts";
import * as registry from "../registry/index.ts";
import * as staking from "../staking/index.ts";
import { freeRoom } from "./capacity.ts";
import { unschedule } from "./deadlines.ts";
import { EventSeatJudged, EventTaskFinished } from "./events.ts";
import { judge, type Ending, type Judgement, type SeatFacts } from "./judgement.ts";
import { payOut } from "./payout.ts";
import { chargeUnavailable, missSeat, recordFailure, recordGood, slashSeat } from "./penalties.ts";
import { dropSelection } from "./selectionRecords.ts";
import { refundAll, settle } from "./settlement.ts";
import { finished } from "./state.ts";
import { closeSeat, isCalled, isValidator, seatsOf, setSeat, setTask } from "./tasks.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Settlement,
  type Task,
} from "./types.ts";

export type Result = Pick<Task, "resultHash" | "result" | "resultSeat" | "overruled">;
export const noResult: Result = {
  resultHash: new Uint8Array(),
  result: undefined,
  resultSeat: 0,
  overruled: false,
};

/** Judges every called seat, settles the escrow and closes the task. */
export function finish(ctx: Ctx, task: Task, ending: Ending, result: Result): void {
  const called = seatsOf(ctx, task.id).filter(isCalled);
  const judgements = judge(
    ending,
    called.map((seat) => factsOf(task, seat)),
  );
  const shares = called.map((seat, i) => shareOf(task, seat, judgements[i]));
  const settlement = settle(task.escrow, shares, ending.kind === "valid");
  payOut(ctx, task, called, shares, settlement);

  const judged: Seat[] = [];
  for (const [i, seat] of called.entries()) {
    const judgement = judgements[i];
    const share = shares[i];
    if (judgement === undefined || share === undefined) continue;
    const slashed = penalise(ctx, task, seat, judgement);
    const isVoid = seat.status === SeatStatus.SEAT_STATUS_VOID;
    judged.push({
      ...seat,
      outcome: isVoid ? seat.outcome : judgement.outcome,
      paid: amount(share.fee),
      postFees: amount(share.postFees),
      slashed: isVoid ? seat.slashed : slashed,
    });
  }
  close(ctx, task, judged, statusOf(ending), settlement, result);
}

function factsOf(task: Task, seat: Seat): SeatFacts {
  const hasValue = seat.status === SeatStatus.SEAT_STATUS_REVEALED && !seat.unavailable;
  return {
    role: seat.role,
    status: seat.status,
    value: hasValue ? toHex(seat.resultHash) : undefined,
    unavailable: seat.unavailable,
    late: seat.late,
    excused: seat.excused,
    hasOwnFee: task.validators > 0,
  };
}

function shareOf(
  task: Task,
  seat: Seat,
  judgement: Judgement | undefined,
): { fee: bigint; postFees: bigint; pooled: bigint } {
  const posts = BigInt(seat.posts) * task.escrow.postFee;
  return {
    fee: judgement?.paysFee === true ? seat.fee : 0n,
    postFees: judgement?.paysPosts === true ? posts : 0n,
    pooled:
      (judgement?.poolsFee === true ? seat.fee : 0n) +
      (judgement?.poolsPosts === true ? posts : 0n),
  };
}

function penalise(ctx: Ctx, task: Task, seat: Seat, judgement: Judgement): Amount {
  if (judgement.good) recordGood(ctx, task, seat);
  const { charge, failure } = judgement;
  const n = isValidator(seat) ? BigInt(task.validators) : 1n;
  if (charge?.kind === "slash") {
    const revealed = seat.status === SeatStatus.SEAT_STATUS_REVEALED;
    const reason = revealed ? "wrong result" : "not revealed";
    return slashSeat(ctx, task, seat, { severity: charge.severity, reason, n });
  }
  if (failure !== undefined) recordFailure(ctx, task, seat, failure);
  if (charge === undefined) return amount(0n);
  return charge.kind === "miss"
    ? missSeat(ctx, task, seat, charge.severity, n)
    : chargeUnavailable(ctx, task, seat, charge.severity, n);
}

function statusOf(ending: Ending): TaskStatus {
  switch (ending.kind) {
    case "valid":
      return TaskStatus.TASK_STATUS_VALID;
    case "unavailable":
      return TaskStatus.TASK_STATUS_UNAVAILABLE;
    case "noMajority":
      return TaskStatus.TASK_STATUS_NO_MAJORITY;
    case "expired":
      return TaskStatus.TASK_STATUS_EXPIRED;
  }
}

/** Everything back: before the draw, or for lack of nodes. */
export function cancel(ctx: Ctx, task: Task): void {
  refund(ctx, task, TaskStatus.TASK_STATUS_CANCELLED);
}

/** The fallback of a bug of ours: EXPIRED, everything back, nobody judged (PROTOCOL 3). */
export function expireWithRefund(ctx: Ctx, task: Task): void {
  refund(ctx, task, TaskStatus.TASK_STATUS_EXPIRED);
}

function refund(ctx: Ctx, task: Task, status: TaskStatus): void {
  const settlement = refundAll(task.escrow);
  payOut(ctx, task, [], [], settlement);
  const called = seatsOf(ctx, task.id).filter(isCalled);
  close(ctx, task, called, status, settlement, noResult);
}

/** Writes the end, frees what the task held and says so. The open window, if any, was closed by the caller. */
function close(
  ctx: Ctx,
  task: Task,
  called: readonly Seat[],
  status: TaskStatus,
  settlement: Settlement,
  result: Result,
): void {
  for (const seat of called) {
    setSeat(ctx, task.id, seat);
    closeSeat(ctx, task.id, seat.node);
    staking.freeSeat(ctx, task.service, seat.node, takenAfter(task, seat));
  }
  unschedule(ctx, task.id);
  dropSelection(ctx, task.id);
  freeRoom(ctx, task);
  registry.release(ctx, task.service);
  finished.add(ctx, [ctx.block.height, task.id]);
  setTask(ctx, {
    ...task,
    ...result,
    status,
    settlement,
    settled: true,
    finishedHeight: ctx.block.height,
  });
  emitEnd(ctx, task, called, status, settlement, result);
}

/** The last height whose transactions came before the seat: draws come before those of a block, reserves after. */
function takenAfter(task: Task, seat: Seat): bigint {
  return seat.calledHeight === task.drawnHeight ? seat.calledHeight - 1n : seat.calledHeight;
}

function emitEnd(
  ctx: Ctx,
  task: Task,
  called: readonly Seat[],
  status: TaskStatus,
  settlement: Settlement,
  result: Result,
): void {
  const value = toHex(result.resultHash);
  const agree = called.filter(
    (seat) => isValidator(seat) && value !== "" && toHex(seat.resultHash) === value,
  );
  emit(ctx, EventTaskFinished, {
    taskId: task.id,
    status: statusWord(status),
    resultHash: result.resultHash,
    overruled: result.overruled,
    agree: agree.length,
    refunded: settlement.refunded.toString(),
  });
  for (const seat of called) {
    emit(ctx, EventSeatJudged, {
      taskId: task.id,
      node: seat.node,
      outcome: outcomeWord(seat.outcome),
      paid: seat.paid.toString(),
      slashed: seat.slashed.toString(),
    });
  }
}

function statusWord(status: TaskStatus): string {
  switch (status) {
    case TaskStatus.TASK_STATUS_VALID:
      return "valid";
    case TaskStatus.TASK_STATUS_UNAVAILABLE:
      return "unavailable";
    case TaskStatus.TASK_STATUS_NO_MAJORITY:
      return "no_majority";
    case TaskStatus.TASK_STATUS_CANCELLED:
      return "cancelled";
    default:
      return "expired";
  }
}

function outcomeWord(outcome: SeatOutcome): string {
  switch (outcome) {
    case SeatOutcome.SEAT_OUTCOME_PAID:
      return "paid";
    case SeatOutcome.SEAT_OUTCOME_SLASHED:
      return "slashed";
    case SeatOutcome.SEAT_OUTCOME_MISSED:
      return "missed";
    case SeatOutcome.SEAT_OUTCOME_POST_FEES:
      return "post_fees";
    default:
      return "nothing";
  }
}

import { toHex } from "../core/bytes.ts";
import { dec, formatDec } from "../core/math/dec.ts";
import { agreeing, executorOf, type AssayClient } from "../client/index.ts";
import { Role } from "../proto/gen/assay/registry/v1/registry.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../proto/gen/assay/tasks/v1/tasks.ts";
import type { Selection } from "../proto/gen/assay/selection/v1/selection.ts";

/** The words that CLI, SDK, REST and web share (CONVENTIONS 5.6). */
export const statusWords: Readonly<Record<TaskStatus, string>> = {
  [TaskStatus.TASK_STATUS_UNSPECIFIED]: "unknown",
  [TaskStatus.TASK_STATUS_REQUESTED]: "requested",
  [TaskStatus.TASK_STATUS_ASSIGNED]: "assigned",
  [TaskStatus.TASK_STATUS_COMMIT]: "committing",
  [TaskStatus.TASK_STATUS_REVEAL]: "revealing",
  [TaskStatus.TASK_STATUS_VALID]: "valid",
  [TaskStatus.TASK_STATUS_INVALID]: "invalid",
  [TaskStatus.TASK_STATUS_UNAVAILABLE]: "unavailable",
  [TaskStatus.TASK_STATUS_NO_MAJORITY]: "no majority",
  [TaskStatus.TASK_STATUS_EXPIRED]: "expired",
  [TaskStatus.TASK_STATUS_CANCELLED]: "cancelled",
};

const outcomeWords: Readonly<Record<SeatOutcome, string>> = {
  [SeatOutcome.SEAT_OUTCOME_UNSPECIFIED]: "-",
  [SeatOutcome.SEAT_OUTCOME_PAID]: "paid",
  [SeatOutcome.SEAT_OUTCOME_SLASHED]: "slashed",
  [SeatOutcome.SEAT_OUTCOME_MISSED]: "missed",
  [SeatOutcome.SEAT_OUTCOME_POST_FEES]: "post fees",
  [SeatOutcome.SEAT_OUTCOME_NOTHING]: "nothing",
};

export function shortAddress(address: string): string {
  const split = address.lastIndexOf("1");
  return `${address.slice(0, split + 7)}…${address.slice(-4)}`;
}

/** Share of its table's weight that a node was drawn with, as text with two decimals. */
function weightOf(selection: Selection | undefined, node: string, role: Role): string {
  const table = role === Role.ROLE_EXECUTOR ? selection?.executors : selection?.validators;
  const found = table?.find((candidate) => candidate.node === node);
  const total = (table ?? []).reduce((sum, one) => sum + BigInt(one.drawnWeight), 0n);
  if (found === undefined || total === 0n) return "";
  return formatDec(dec((BigInt(found.drawnWeight) * 10n ** 18n) / total)).slice(0, 4);
}

/** Lines for the drawn nodes: who was drawn, with which share of the weight, from how many, and who was not. */
export function assignedLines(task: Task, selection: Selection | undefined): string[] {
  const seed = toHex(task.seed).slice(0, 4);
  const beacons =
    selection === undefined
      ? ""
      : `   (request ${task.requestedHeight} + beacon ${selection.beacons.length > 1 ? `${task.requestedHeight + 1n}..` : ""}${task.drawnHeight})`;
  const lines: string[] = [];
  if (selection !== undefined) {
    const filtered = selection.filtered.map(({ reason, count }) => `${count} ${reason}`);
    const nodes = new Set(
      [...selection.executors, ...selection.validators].map(({ node }) => node),
    );
    lines.push(
      `==> task ${task.id}   ${nodes.size} candidates${filtered.length === 0 ? "" : `, filtered: ${filtered.join(", ")}`}`,
    );
  }
  lines.push(`==> ${task.drawnHeight}  assigned   seed ${seed}…${beacons}`);
  const seat = (one: Seat): string =>
    `${shortAddress(one.node)}  ${weightOf(selection, one.node, one.role)}`.trimEnd();
  const drawn = task.seats.filter((one) => one.index <= task.validators);
  const executor = drawn.filter((one) => one.role === Role.ROLE_EXECUTOR).map(seat);
  const validators = drawn.filter((one) => one.role === Role.ROLE_VALIDATOR).map(seat);
  lines.push(
    `      executor    ${executor.join("  ")}${validators.length === 0 ? "" : `       validators  ${validators.join("   ")}`}`,
  );
  return lines;
}

export function committedLine(task: Task): string {
  const seats = counted(task);
  const committed = seats.filter((seat) => seat.commitment.length > 0);
  const height = lastHeight(committed.map((seat) => seat.committedHeight));
  return `==> ${height}  committed  ${committed.length}/${seats.length}`;
}

/** Seats that count: executor of the last attempt and the validators. */
function counted(task: Task): Seat[] {
  const executor = executorOf(task);
  return task.seats.filter((seat) => seat === executor || seat.role === Role.ROLE_VALIDATOR);
}

function lastHeight(heights: readonly bigint[]): bigint {
  return heights.reduce((last, one) => (one > last ? one : last), 0n);
}

export function finishedLines(task: Task): string[] {
  const word = statusWords[task.status].toUpperCase();
  const hash =
    task.resultHash.length === 0 ? "no result" : `sha256:${toHex(task.resultHash).slice(0, 8)}…`;
  const overruled = task.overruled ? "   executor overruled" : "";
  if (task.validators === 0)
    return [`==> ${task.finishedHeight}  submitted  ${hash}   nobody checked it   ${word}`];
  const seats = counted(task);
  const revealed = seats.filter((seat) => seat.status === SeatStatus.SEAT_STATUS_REVEALED);
  const agree = `agree ${agreeing(task).length}/${task.validators}`;
  return [
    `==> ${task.finishedHeight}  revealed   ${revealed.length}/${seats.length}   ${hash}   ${agree}   ${word}${overruled}`,
  ];
}

/** Who was paid what, in base units. */
export function paidLines(task: Task): string[] {
  const lines: string[] = [];
  for (const seat of task.seats) {
    if (seat.status === SeatStatus.SEAT_STATUS_RESERVE) continue;
    const role = seat.role === Role.ROLE_EXECUTOR ? "executor " : "validator";
    const slashed = seat.slashed === "0" || seat.slashed === "" ? "" : `   slashed ${seat.slashed}`;
    lines.push(
      `      ${role}   ${shortAddress(seat.node)}  ${outcomeWords[seat.outcome].padEnd(9)} ${seat.paid || "0"} + ${seat.postFees || "0"} for posts${slashed}`,
    );
  }
  const { settlement } = task;
  if (settlement !== undefined) {
    lines.push(
      `      author ${settlement.author || "0"}   fee collector ${settlement.feeCollector || "0"}   burned ${settlement.burned || "0"}   back to requester ${settlement.refunded || "0"}   (uassay)`,
    );
  }
  return lines;
}

/** The whole life of a task that has ended. */
export async function lifeLines(client: AssayClient, task: Task): Promise<string[]> {
  const selection = await findSelection(client, task.id);
  return [
    ...(task.drawnHeight > 0n ? assignedLines(task, selection) : []),
    ...(task.seats.length > 0 && task.validators > 0 ? [committedLine(task)] : []),
    ...finishedLines(task),
    ...paidLines(task),
  ];
}

/** The selection while the chain still has it. */
export async function findSelection(
  client: AssayClient,
  taskId: bigint,
): Promise<Selection | undefined> {
  try {
    return (await client.tasks.selection({ taskId })).selection;
  } catch {
    return undefined;
  }
}

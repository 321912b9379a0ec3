import { toHex } from "../../core/bytes.ts";
import { one } from "../../core/math/dec.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../../modules/tasks/index.ts";

// PROTOCOL 9, 11 and 12 a second time, written from the text and not from the code.

const executorRole = 1;

type End = "valid" | "unavailable" | "no majority";

type Expected = { readonly status: TaskStatus; readonly value: string; readonly withheld: boolean };

function valueOf(seat: Seat): string | undefined {
  if (seat.status !== SeatStatus.SEAT_STATUS_REVEALED || seat.unavailable) return undefined;
  return toHex(seat.resultHash);
}

function saysUnavailable(seat: Seat): boolean {
  return seat.status === SeatStatus.SEAT_STATUS_REVEALED && seat.unavailable;
}

/** How a task that came to its tally had to end. */
function expectedEnd(task: Task): Expected {
  const validators = task.seats.filter((seat) => seat.role !== executorRole);
  const executor = task.seats.find((seat) => seat.index === task.executorSeat);
  const denials = validators.filter(
    (seat) => valueOf(seat) !== undefined && seat.compared && !seat.bytesAvailable,
  ).length;
  const shown = executor !== undefined && executor.status === SeatStatus.SEAT_STATUS_REVEALED;
  const withheld = shown && denials > validators.length - denials;
  const own = executor === undefined || withheld ? undefined : valueOf(executor);
  const votes = executor === undefined || withheld ? validators : [executor, ...validators];
  const unreadable = votes.filter(saysUnavailable).length;
  const ended = (end: End, value = ""): Expected => {
    const statuses = {
      valid: TaskStatus.TASK_STATUS_VALID,
      unavailable: TaskStatus.TASK_STATUS_UNAVAILABLE,
      "no majority": TaskStatus.TASK_STATUS_NO_MAJORITY,
    };
    return { status: statuses[end], value, withheld };
  };
  if (unreadable > validators.length + 1 - unreadable) return ended("unavailable");
  const counts = new Map<string, number>();
  for (const seat of validators) {
    const value = valueOf(seat);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  for (const [value, count] of counts) {
    const ofValidators = count > validators.length - count;
    const ofAll = count > validators.length + 1 - count;
    if (value === own ? ofValidators : ofValidators && ofAll) return ended("valid", value);
  }
  return ended("no majority");
}

/** What has to become of one seat of a tallied task; undefined where it depends on more than the task. */
function expectedOutcome(task: Task, seat: Seat, end: Expected): SeatOutcome | undefined {
  const executors = task.seats.filter((one) => one.role === executorRole);
  const answered = executors.some(
    (one) =>
      !one.unavailable &&
      (one.status === SeatStatus.SEAT_STATUS_COMMITTED ||
        one.status === SeatStatus.SEAT_STATUS_REVEALED),
  );
  const { status } = end;
  switch (seat.status) {
    case SeatStatus.SEAT_STATUS_OPEN:
    case SeatStatus.SEAT_STATUS_REPLACED: {
      const missed = status !== TaskStatus.TASK_STATUS_UNAVAILABLE && answered && !seat.excused;
      return missed ? SeatOutcome.SEAT_OUTCOME_MISSED : SeatOutcome.SEAT_OUTCOME_NOTHING;
    }
    case SeatStatus.SEAT_STATUS_COMMITTED:
      return seat.excused ? SeatOutcome.SEAT_OUTCOME_MISSED : SeatOutcome.SEAT_OUTCOME_SLASHED;
    case SeatStatus.SEAT_STATUS_REVEALED:
      break;
    default:
      return undefined;
  }
  const value = valueOf(seat);
  if (end.withheld && seat.role === executorRole && value !== undefined)
    return SeatOutcome.SEAT_OUTCOME_SLASHED;
  if (status === TaskStatus.TASK_STATUS_UNAVAILABLE) return SeatOutcome.SEAT_OUTCOME_POST_FEES;
  if (value === undefined) return SeatOutcome.SEAT_OUTCOME_NOTHING;
  if (status !== TaskStatus.TASK_STATUS_VALID) return undefined;
  if (value !== end.value) return SeatOutcome.SEAT_OUTCOME_SLASHED;
  if (!seat.late) return SeatOutcome.SEAT_OUTCOME_PAID;
  return seat.excused ? SeatOutcome.SEAT_OUTCOME_POST_FEES : SeatOutcome.SEAT_OUTCOME_MISSED;
}

/** The least that a content fault of a full bond costs: no repeats, in units of the seat's stake. */
export function leastSlash(task: Task, role: number): bigint {
  const share = role === executorRole ? 0.5 : 0.4 * 0.8 * task.validators ** -0.25;
  // Numbers of a test: rounded down, so that it is a bound.
  return (task.seatStake * BigInt(Math.floor(share * 999_999))) / 1_000_000n;
}

/** Everything that a finished task has wrong by itself. */
export function faultsOfTask(task: Task): string[] {
  const faults: string[] = [];
  const want = (name: string, expected: unknown, got: unknown): void => {
    if (expected !== got)
      faults.push(`task ${task.id}: ${name}: expected ${String(expected)}, got ${String(got)}`);
  };
  const tallied = task.tallyHeight > 0n;
  if (tallied) {
    const end = expectedEnd(task);
    want("status", end.status, task.status);
    want("result", end.value, toHex(task.resultHash));
    for (const seat of task.seats) {
      const outcome = expectedOutcome(task, seat, end);
      if (outcome !== undefined) want(`outcome of seat ${seat.index}`, outcome, seat.outcome);
    }
  }
  for (const seat of task.seats) {
    const paid = seat.outcome === SeatOutcome.SEAT_OUTCOME_PAID ? seat.fee : 0n;
    want(`fee of seat ${seat.index}`, paid, seat.paid);
    const most = seat.outcome === SeatOutcome.SEAT_OUTCOME_MISSED ? 2n * seat.fee : task.seatStake;
    if (seat.slashed > most) want(`slash of seat ${seat.index}`, `at most ${most}`, seat.slashed);
    if (seat.postFees !== 0n)
      want(
        `post fees of seat ${seat.index}`,
        BigInt(seat.posts) * task.escrow.postFee,
        seat.postFees,
      );
  }
  const nodes = task.seats.map(({ node }) => node);
  want("owners", nodes.length, new Set(nodes).size);
  if (nodes.includes(task.requester)) want("seats", "none of the requester", task.requester);
  faultsOfSettlement(task, want);
  return faults;
}

function faultsOfSettlement(
  task: Task,
  want: (name: string, expected: unknown, got: unknown) => void,
): void {
  const { settlement, escrow, seats } = task;
  if (settlement === undefined) {
    want("settlement", "one", "none");
    return;
  }
  const total = (values: readonly bigint[]): bigint =>
    values.reduce((sum, value) => sum + value, 0n);
  const { nodes, operators, author, feeCollector, communityPool, burned, refunded } = settlement;
  want(
    "sum",
    escrow.total,
    total([nodes, operators, author, feeCollector, communityPool, burned, refunded]),
  );
  want("fees", total(seats.map(({ paid }) => paid)), nodes);
  want("post fees", total(seats.map(({ postFees }) => postFees)), operators);
  const whole =
    task.status === TaskStatus.TASK_STATUS_CANCELLED
      ? 0n
      : task.status === TaskStatus.TASK_STATUS_VALID
        ? ceil(nodes * escrow.tax)
        : ceil(escrow.work * escrow.tax);
  const valid = task.status === TaskStatus.TASK_STATUS_VALID;
  want("author's share", (nodes * escrow.authorShare) / one, author);
  want("burned", valid ? whole / 2n : whole, burned);
  want("tax", valid ? whole - whole / 2n : 0n, feeCollector);
}

function ceil(scaled: bigint): bigint {
  return (scaled + one - 1n) / one;
}

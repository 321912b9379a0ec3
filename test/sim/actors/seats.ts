import { utf8Encode } from "../../../core/bytes.ts";
import { bonds } from "../../../modules/staking/state.ts";
import {
  commitmentOf,
  SeatStatus,
  TaskStatus,
  wholeTask,
  type Seat,
  type Task,
} from "../../../modules/tasks/index.ts";
import { executorHalf } from "../../../modules/tasks/windows.ts";
import { progress, tasks } from "../../../modules/tasks/state.ts";
import * as wire from "../../../proto/gen/assay/tasks/v1/tx.ts";
import type { TestKey } from "../../support/keys.ts";
import { saltOf } from "../../support/taskChain.ts";
import { hashesOf, outputOf } from "../../support/taskMoves.ts";
import type { World } from "../world.ts";
import { answerOf, strategyOf, type Strategy } from "./strategies.ts";

const type = (name: string): string => `/assay.tasks.v1.${name}`;

type Turn = {
  readonly world: World;
  readonly task: Task;
  readonly seat: Seat;
  readonly strategy: Strategy;
  readonly operator: TestKey;
  /** The height that a post of now is for. */
  readonly height: bigint;
};

/** Every called seat of every task whose window is open does what its strategy says. */
export function actOnSeats(world: World): void {
  const { ctx } = world;
  for (const id of [...progress.keys(ctx)]) {
    const stored = tasks.get(ctx, id);
    if (stored === undefined) continue;
    const task = wholeTask(ctx, stored);
    for (const seat of task.seats) {
      const operator = operatorOf(world, task, seat);
      if (operator === undefined) continue;
      const strategy = strategyOf(world, task, seat);
      act({ world, task, seat, strategy, operator, height: ctx.block.height + 1n });
    }
  }
}

function operatorOf(world: World, task: Task, seat: Seat): TestKey | undefined {
  const bond = bonds.get(world.ctx, [task.service, seat.node]);
  return bond === undefined ? undefined : world.operatorOf(bond.operator);
}

function act(turn: Turn): void {
  const { world, task, seat, strategy } = turn;
  if (strategy === "silent") return;
  // Nobody is always at once.
  if (world.net.hostile && world.luck.hits(strategy === "slow" ? 800 : 250)) return;
  const opens = seat.status === SeatStatus.SEAT_STATUS_OPEN;
  if (task.status === TaskStatus.TASK_STATUS_COMMIT && opens) {
    if (task.validators === 0) submit(turn);
    else commit(turn);
  } else if (seat.status === SeatStatus.SEAT_STATUS_COMMITTED) {
    if (task.status === TaskStatus.TASK_STATUS_REVEAL) reveal(turn);
    else if (strategy === "leaking") leak(turn);
  }
}

function tell({ world, seat, strategy }: Turn): void {
  const role = seat.role === 1 ? "executor" : "validator";
  if (strategy !== "honest") world.tallies.add(`fault: ${role} ${strategy}`);
}

function openingOf({ world, task, seat, strategy }: Turn) {
  const answer = answerOf(world, task, seat, strategy);
  return { answer, ...hashesOf(answer), salt: saltOf(seat.node, task.id) };
}

function commit(turn: Turn): void {
  const { world, task, seat, strategy, operator, height } = turn;
  if (strategy === "late commit" && height < task.windowEnd) return;
  const { resultHash, outputSha256, salt } = openingOf(turn);
  const copied = task.seats.find(
    (one) => one.node !== seat.node && one.commitment.length > 0,
  )?.commitment;
  if (strategy === "copying" && copied === undefined) return;
  const own = commitmentOf({
    ...{ chainId: world.net.chainId, taskId: task.id, attempt: task.attempt, role: seat.role },
    ...{ node: seat.node, resultHash, outputSha256, salt },
  });
  const post = {
    taskId: task.id,
    node: seat.node,
    attempt: task.attempt,
    commitment: strategy === "copying" ? (copied ?? own) : own,
  };
  const posts = strategy === "double post" ? [post, post] : [post];
  if (world.luck.hits(20)) posts.push({ ...post, attempt: post.attempt + 1 });
  const message = world.message(type("MsgCommit"), wire.MsgCommit, {
    operator: operator.address,
    posts,
  });
  const label = `commit ${task.id} ${task.attempt} ${seat.node}`;
  if (world.send(operator, [message], label) !== undefined) tell(turn);
}

function reveal(turn: Turn): void {
  const { world, task, seat, strategy, operator, height } = turn;
  if (strategy === "no reveal") return;
  const executor = task.seats.find((one) => one.index === task.executorSeat);
  const out = executor?.status === SeatStatus.SEAT_STATUS_REVEALED;
  const half = executorHalf(task.windowStart, task.revealBlocks);
  if (seat.role === 2 && !out && height <= half && !world.luck.hits(20)) return;
  if (strategy === "late reveal" && height <= (seat.role === 1 ? half : task.windowEnd - 1n))
    return;
  const { answer, resultHash, outputSha256, salt } = openingOf(turn);
  const bytes = outputOf(answer);
  const unavailable = answer === "unavailable";
  const inline = { inline: bytes };
  const outside = { sha256: outputSha256, size: BigInt(bytes.length) };
  const post = {
    ...{ taskId: task.id, node: seat.node, unavailable, resultHash, outputSha256 },
    salt: strategy === "wrong opening" ? saltOf("another", task.id) : salt,
    output: unavailable ? undefined : strategy === "off chain" ? outside : inline,
    bytesAvailable: !unavailable && strategy !== "denying bytes",
  };
  const posts = strategy === "double post" ? [post, post] : [post];
  const fields = { operator: operator.address, posts };
  const label = `reveal ${task.id} ${seat.node}`;
  const sent = world.send(
    operator,
    [world.message(type("MsgReveal"), wire.MsgReveal, fields)],
    label,
  );
  if (sent !== undefined) tell(turn);
}

function submit(turn: Turn): void {
  const { world, task, seat, strategy, operator } = turn;
  if (["no reveal", "late reveal", "copying"].includes(strategy)) return;
  const { answer, resultHash } = openingOf(turn);
  const unavailable = answer === "unavailable";
  const lying = strategy === "wrong opening";
  const message = world.message(type("MsgSubmitResult"), wire.MsgSubmitResult, {
    ...{ operator: operator.address, node: seat.node, taskId: task.id, unavailable },
    resultHash: lying ? saltOf("another", task.id) : resultHash,
    output: unavailable ? undefined : { inline: outputOf(answer) },
  });
  const label = `submit ${task.id} ${seat.node}`;
  if (world.send(operator, [message], label) !== undefined) tell(turn);
}

/** The node gave its opening away, and somebody shows it. */
function leak(turn: Turn): void {
  const { world, task, seat } = turn;
  const { resultHash, outputSha256, salt } = openingOf(turn);
  const reporter = world.luck.pick([...world.cast.users, ...world.cast.nodes]);
  const wrong = world.luck.hits(200);
  const message = world.message(type("MsgReportLeak"), wire.MsgReportLeak, {
    ...{ reporter: reporter.address, taskId: task.id, node: seat.node, resultHash, outputSha256 },
    salt: wrong ? utf8Encode("w".repeat(32)) : salt,
  });
  const label = `leak ${task.id} ${seat.node}`;
  if (world.send(reporter, [message], label) !== undefined) tell(turn);
}

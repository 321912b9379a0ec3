import { utf8Encode } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { commitmentOf, type Seat, type Task } from "../../modules/tasks/index.ts";
import * as wire from "../../proto/gen/assay/tasks/v1/tx.ts";
import { testChainId } from "./ctx.ts";
import { saltOf, service, type Message, type TaskChain } from "./taskChain.ts";

/** What a seat says: an output, or that it could not read the input. */
export type Answer = string | "unavailable";

type Wire<T> = { encode(message: T): { finish(): Uint8Array }; fromPartial(fields: object): T };

function message<T>(name: string, codec: Wire<T>, fields: object): Message {
  return {
    typeUrl: `/assay.tasks.v1.${name}`,
    bytes: codec.encode(codec.fromPartial(fields)).finish(),
  };
}

export function request(chain: TaskChain, fields: object = {}): Message {
  return message("MsgRequestTask", wire.MsgRequestTask, {
    requester: chain.requester.address,
    service,
    taskKey: "echo",
    input: { inline: utf8Encode("hello") },
    validators: 2,
    maxFee: "1000000000",
    ...fields,
  });
}

const zeros = new Uint8Array(32);

export type Hashes = { readonly resultHash: Uint8Array; readonly outputSha256: Uint8Array };

/** EXACT: both hashes are that of the output; a FIELDS answer is "projection|output". */
export function hashesOf(answer: Answer): Hashes {
  if (answer === "unavailable") return { resultHash: zeros, outputSha256: zeros };
  const [projection, output] = answer.split("|");
  return {
    resultHash: sha256(utf8Encode(projection ?? "")),
    outputSha256: sha256(utf8Encode(output ?? projection ?? "")),
  };
}

export function outputOf(answer: Answer): Uint8Array {
  const [projection, output] = answer.split("|");
  return utf8Encode(output ?? projection ?? "");
}

export function commitmentFor(task: Task, seat: Seat, answer: Answer): Uint8Array {
  return commitmentOf({
    chainId: testChainId,
    taskId: task.id,
    attempt: task.attempt,
    role: seat.role,
    node: seat.node,
    ...hashesOf(answer),
    salt: saltOf(seat.node, task.id),
  });
}

export function commit(
  chain: TaskChain,
  task: Task,
  seat: Seat,
  answer: Answer,
  changes: object = {},
): Message {
  const post = {
    taskId: task.id,
    node: seat.node,
    attempt: task.attempt,
    commitment: commitmentFor(task, seat, answer),
    ...changes,
  };
  return commitAll(chain.operatorOf(seat.node).address, [post]);
}

export function commitAll(operator: string, posts: object[]): Message {
  return message("MsgCommit", wire.MsgCommit, { operator, posts });
}

export function revealPost(task: Task, seat: Seat, answer: Answer, changes: object = {}): object {
  const unavailable = answer === "unavailable";
  return {
    taskId: task.id,
    node: seat.node,
    unavailable,
    ...hashesOf(answer),
    salt: saltOf(seat.node, task.id),
    output: unavailable ? undefined : { inline: outputOf(answer) },
    bytesAvailable: !unavailable,
    ...changes,
  };
}

export function reveal(
  chain: TaskChain,
  task: Task,
  seat: Seat,
  answer: Answer,
  changes: object = {},
): Message {
  return revealAll(chain.operatorOf(seat.node).address, [revealPost(task, seat, answer, changes)]);
}

export function revealAll(operator: string, posts: object[]): Message {
  return message("MsgReveal", wire.MsgReveal, { operator, posts });
}

export function submit(
  chain: TaskChain,
  task: Task,
  seat: Seat,
  answer: Answer,
  changes: object = {},
): Message {
  const unavailable = answer === "unavailable";
  return message("MsgSubmitResult", wire.MsgSubmitResult, {
    operator: chain.operatorOf(seat.node).address,
    node: seat.node,
    taskId: task.id,
    unavailable,
    resultHash: hashesOf(answer).resultHash,
    output: unavailable ? undefined : { inline: outputOf(answer) },
    ...changes,
  });
}

export function cancel(chain: TaskChain, taskId: bigint, requester?: string): Message {
  return message("MsgCancelTask", wire.MsgCancelTask, {
    requester: requester ?? chain.requester.address,
    taskId,
  });
}

export function reportLeak(
  reporter: string,
  task: Task,
  seat: Seat,
  answer: Answer,
  changes: object = {},
): Message {
  return message("MsgReportLeak", wire.MsgReportLeak, {
    reporter,
    taskId: task.id,
    node: seat.node,
    ...hashesOf(answer),
    salt: saltOf(seat.node, task.id),
    ...changes,
  });
}

/** Requests a task and runs the block of its draw; the task in COMMIT. */
export function drawn(chain: TaskChain, fields: object = {}): Task {
  const [sent] = chain.block([request(chain, fields)]);
  if (sent?.ok !== true) throw new Error(`request: ${JSON.stringify(sent)}`);
  chain.block();
  return chain.task((sent.response as { taskId: bigint }).taskId);
}

/** Seats that were called: the executor first, then the validators. */
export function calledSeats(task: Task): Seat[] {
  return task.seats.slice(0, 1 + task.validators);
}

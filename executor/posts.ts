import { createHash } from "node:crypto";
import { fromBase64 } from "@cosmjs/encoding";
import { fromHex, toHex } from "../core/bytes.ts";
import {
  postSalt,
  resultCommitment,
  unavailableHash,
  type SeatPost,
} from "../client/results/commitment.ts";
import { resultHash, type Comparison } from "../client/results/compare.ts";
import { executorOf } from "../client/run.ts";
import { Role } from "../proto/gen/assay/registry/v1/registry.ts";
import {
  SeatStatus,
  type Payload,
  type Seat,
  type Task,
} from "../proto/gen/assay/tasks/v1/tasks.ts";
import type { CommitPost, RevealPost } from "../proto/gen/assay/tasks/v1/tx.ts";
import { seatKey } from "./plan.ts";
import type { SeatRecord } from "./journal.ts";

/** What a run gave: bytes, or the finding that the input cannot be read. */
export type RunResult = { readonly output: Uint8Array } | { readonly unavailable: true };

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

export function payloadOf(output: Uint8Array): Payload {
  return { inline: output, sha256: new Uint8Array(), size: BigInt(output.length) };
}

/** The record of a finished run; a seat that has committed keeps the attempt of its commitment. */
export function recordOf(
  chainId: string,
  task: Task,
  seat: Seat,
  result: RunResult,
  comparison: Comparison,
  secret: Uint8Array,
): SeatRecord {
  const attempt = seat.status === SeatStatus.SEAT_STATUS_COMMITTED ? seat.attempt : task.attempt;
  const post: SeatPost = { chainId, taskId: task.id, attempt, role: seat.role, node: seat.node };
  const unavailable = "unavailable" in result;
  const output = unavailable ? new Uint8Array() : result.output;
  return {
    seat: seatKey(task, seat),
    taskId: task.id.toString(),
    attempt,
    unavailable,
    resultHash: toHex(unavailable ? unavailableHash : resultHash(output, comparison)),
    outputSha256: toHex(unavailable ? unavailableHash : sha256(output)),
    salt: toHex(postSalt(secret, post)),
    output: Buffer.from(output).toString("base64"),
  };
}

export function commitmentOf(
  chainId: string,
  task: Task,
  seat: Seat,
  record: SeatRecord,
): Uint8Array {
  const post: SeatPost = {
    chainId,
    taskId: task.id,
    attempt: record.attempt,
    role: seat.role,
    node: seat.node,
  };
  return resultCommitment(
    post,
    bytes(record.resultHash),
    bytes(record.outputSha256),
    bytes(record.salt),
  );
}

export function commitPost(
  chainId: string,
  task: Task,
  seat: Seat,
  record: SeatRecord,
): CommitPost {
  return {
    taskId: task.id,
    node: seat.node,
    attempt: record.attempt,
    commitment: commitmentOf(chainId, task, seat, record),
  };
}

/**
 * The opening. A validator says whether the executor's bytes could be had and fit, and adds its own output when it
 * differs, could not fetch, or has none to compare with: a result never stands without its bytes (PROTOCOL 9).
 */
export function revealPost(
  task: Task,
  seat: Seat,
  record: SeatRecord,
  comparison: Comparison,
): RevealPost {
  const output = fromBase64(record.output);
  const executor = executorOf(task);
  const revealed = executor?.status === SeatStatus.SEAT_STATUS_REVEALED ? executor : undefined;
  const available =
    revealed !== undefined && (revealed.unavailable || bytesFit(revealed, comparison));
  const same =
    revealed !== undefined &&
    !revealed.unavailable &&
    toHex(revealed.resultHash) === record.resultHash;
  const shows = !record.unavailable && (seat.role === Role.ROLE_EXECUTOR || !available || !same);
  return {
    taskId: task.id,
    node: seat.node,
    unavailable: record.unavailable,
    resultHash: bytes(record.resultHash),
    outputSha256: bytes(record.outputSha256),
    salt: bytes(record.salt),
    output: shows ? payloadOf(output) : undefined,
    bytesAvailable: seat.role === Role.ROLE_VALIDATOR && available,
  };
}

/** Do the revealed bytes have the revealed hash, and does their projection have the revealed result hash? */
function bytesFit(executor: Seat, comparison: Comparison): boolean {
  const output = executor.output?.inline ?? new Uint8Array();
  if (toHex(sha256(output)) !== toHex(executor.outputSha256)) return false;
  try {
    return toHex(resultHash(output, comparison)) === toHex(executor.resultHash);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}

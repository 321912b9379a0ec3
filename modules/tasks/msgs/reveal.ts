import type { Address } from "../../../core/brand.ts";
import { equalBytes } from "../../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import * as staking from "../../staking/index.ts";
import { opens, saysUnavailable } from "../commitment.ts";
import { countPost } from "../deadlines.ts";
import { EventTaskRevealed } from "../events.ts";
import { completePayload } from "../payloads.ts";
import {
  atNextBlock,
  heldSeat,
  hopelessIf,
  requireLength,
  requirePostCount,
  type HeldSeat,
  type Judged,
} from "../posts.ts";
import { isInline, isValidator, requireSeat, setSeat } from "../tasks.ts";
import {
  Compare,
  MsgReveal,
  MsgRevealResponse,
  PostStatus,
  SeatStatus,
  TaskStatus,
  type Payload,
  type RevealPost,
  type Seat,
  type Task,
} from "../types.ts";
import { executorHalf } from "../windows.ts";

// The commitment never changes: what does not open it now never will.
const final = [
  PostStatus.POST_STATUS_LATE,
  PostStatus.POST_STATUS_DUPLICATE,
  PostStatus.POST_STATUS_NOT_YOURS,
  PostStatus.POST_STATUS_MISMATCH,
] as const;

type Opened = HeldSeat & {
  /** The executor's seat, when this one compares with its value. */
  readonly executor: Seat | undefined;
  readonly output: Payload | undefined;
};

/** Opens commitments of up to ten seats. */
export const reveal = defineMsg({
  typeUrl: "/assay.tasks.v1.MsgReveal",
  request: MsgReveal,
  response: MsgRevealResponse,
  lane: "reveal",
  signer: (msg: MsgReveal) => msg.operator,
  validate(msg) {
    requirePostCount(msg.posts.length);
    for (const post of msg.posts) {
      requireLength("result_hash", post.resultHash, 32);
      requireLength("output_sha256", post.outputSha256, 32);
      requireLength("salt", post.salt, 32);
    }
  },
  handle: (ctx, msg) => ({ statuses: msg.posts.map((post) => take(ctx, msg.operator, post)) }),
  expected(ctx, msg) {
    const next = atNextBlock(ctx);
    return msg.posts.every(
      (post) => judge(next, msg.operator, post).status === PostStatus.POST_STATUS_OK,
    );
  },
  hopeless(ctx, msg) {
    const next = atNextBlock(ctx);
    return hopelessIf(
      msg.posts.map((post) => judge(next, msg.operator, post)),
      final,
    );
  },
});

function judge(ctx: ReadCtx, operator: Address, post: RevealPost): Judged<Opened> {
  const held = heldSeat(ctx, operator, post.taskId, post.node);
  if (held.status !== PostStatus.POST_STATUS_OK) return held;
  const { task, seat } = held;
  if (seat.status === SeatStatus.SEAT_STATUS_REVEALED) {
    return { status: PostStatus.POST_STATUS_DUPLICATE };
  }
  if (task.status !== TaskStatus.TASK_STATUS_REVEAL)
    return { status: PostStatus.POST_STATUS_EARLY };
  if (seat.status !== SeatStatus.SEAT_STATUS_COMMITTED) {
    return { status: PostStatus.POST_STATUS_LATE };
  }
  const executor = isValidator(seat) ? requireSeat(ctx, task.id, task.executorSeat) : undefined;
  const executorIsOut = executor?.status === SeatStatus.SEAT_STATUS_REVEALED;
  const half = executorHalf(task.windowStart, task.revealBlocks);
  const tooEarly = executor !== undefined && !executorIsOut && ctx.block.height <= half;
  if (tooEarly || ctx.block.height <= task.windowStart) {
    return { status: PostStatus.POST_STATUS_EARLY };
  }
  if (!opensItsCommitment(ctx, task, seat, post))
    return { status: PostStatus.POST_STATUS_MISMATCH };
  const output = outputOf(task, post);
  const compared = executorIsOut ? executor : undefined;
  if (output === "none" && needsOutput(ctx, task, seat, post, compared)) {
    // It fits once the executor has shown the same value.
    const mayChange = executor !== undefined && !executorIsOut;
    return { status: PostStatus.POST_STATUS_MISMATCH, mayChange };
  }
  if (output === "wrong") return { status: PostStatus.POST_STATUS_MISMATCH };
  return {
    ...held,
    executor: compared,
    output: output === "none" ? undefined : output,
  };
}

function opensItsCommitment(ctx: ReadCtx, task: Task, seat: Seat, post: RevealPost): boolean {
  if (post.unavailable !== saysUnavailable(post.resultHash, post.outputSha256)) return false;
  const exact = task.compare === Compare.COMPARE_EXACT;
  if (exact && !equalBytes(post.resultHash, post.outputSha256)) return false;
  return opens(seat.commitment, {
    chainId: ctx.block.chainId,
    taskId: task.id,
    attempt: seat.attempt,
    role: seat.role,
    node: seat.node,
    resultHash: post.resultHash,
    outputSha256: post.outputSha256,
    salt: post.salt,
  });
}

/** The output that came with the post: absent, not what was committed to, or complete. */
function outputOf(task: Task, post: RevealPost): Payload | "none" | "wrong" {
  if (post.output === undefined) return "none";
  const limits = { maxInline: task.maxInline, maxSize: task.maxOutput };
  const output = post.unavailable ? undefined : completePayload(post.output, limits);
  if (output === undefined || !equalBytes(output.sha256, post.outputSha256)) return "wrong";
  return output;
}

/** A result never stands without its bytes: who does not lean on the executor's brings its own (X14). */
function needsOutput(
  ctx: ReadCtx,
  task: Task,
  seat: Seat,
  post: RevealPost,
  executor: Seat | undefined,
): boolean {
  if (post.unavailable) return false;
  if (!isValidator(seat) || executor === undefined || executor.unavailable) return true;
  const available = bytesAvailable(ctx, task, post, executor);
  return !available || !equalBytes(post.resultHash, executor.resultHash);
}

function take(ctx: Ctx, operator: Address, post: RevealPost): PostStatus {
  const judged = judge(ctx, operator, post);
  if (judged.status !== PostStatus.POST_STATUS_OK) return judged.status;
  const { task, seat, executor, output } = judged;
  const keepsOutput = output !== undefined && needsOutput(ctx, task, seat, post, executor);
  setSeat(ctx, task.id, {
    ...seat,
    status: SeatStatus.SEAT_STATUS_REVEALED,
    resultHash: post.resultHash,
    unavailable: post.unavailable,
    outputSha256: post.outputSha256,
    output: keepsOutput ? output : undefined,
    compared: executor !== undefined && !executor.unavailable,
    bytesAvailable: bytesAvailable(ctx, task, post, executor),
    revealedHeight: ctx.block.height,
    late:
      !isValidator(seat) && ctx.block.height > executorHalf(task.windowStart, task.revealBlocks),
    posts: seat.posts + 1,
  });
  staking.recordPost(ctx, task.service, seat.node);
  emit(ctx, EventTaskRevealed, { taskId: task.id, node: seat.node });
  countPost(ctx, task.id);
  return PostStatus.POST_STATUS_OK;
}

/** Inline bytes under EXACT are there for everybody to hash: nobody can deny them. */
function bytesAvailable(
  ctx: ReadCtx,
  task: Task,
  post: RevealPost,
  executor: Seat | undefined,
): boolean {
  if (executor?.output === undefined) return false;
  const exact = task.compare === Compare.COMPARE_EXACT;
  return (
    post.bytesAvailable || (exact && isInline(ctx, task.id, 1 + executor.index, executor.output))
  );
}

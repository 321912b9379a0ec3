import { equalBytes } from "../../../core/bytes.ts";
import type { ReadCtx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import * as staking from "../../staking/index.ts";
import { saysUnavailable, unavailableHash } from "../commitment.ts";
import { countPost } from "../deadlines.ts";
import { EventTaskRevealed } from "../events.ts";
import { completePayload } from "../payloads.ts";
import {
  atNextBlock,
  heldSeat,
  hopelessIf,
  requireLength,
  type HeldSeat,
  type Judged,
} from "../posts.ts";
import { setSeat } from "../tasks.ts";
import {
  Compare,
  MsgSubmitResult,
  MsgSubmitResultResponse,
  PostStatus,
  SeatStatus,
  TaskStatus,
  type Payload,
  type Task,
} from "../types.ts";

const final = [
  PostStatus.POST_STATUS_LATE,
  PostStatus.POST_STATUS_DUPLICATE,
  PostStatus.POST_STATUS_NOT_YOURS,
  PostStatus.POST_STATUS_MISMATCH,
] as const;

type Submitted = HeldSeat & { readonly output: Payload | undefined };

/** The result of a task without validators: final at the end of the block (M 3). */
export const submitResult = defineMsg({
  typeUrl: "/assay.tasks.v1.MsgSubmitResult",
  request: MsgSubmitResult,
  response: MsgSubmitResultResponse,
  lane: "commit",
  signer: (msg: MsgSubmitResult) => msg.operator,
  validate: (msg) => requireLength("result_hash", msg.resultHash, 32),
  handle(ctx, msg) {
    const judged = judge(ctx, msg);
    if (judged.status !== PostStatus.POST_STATUS_OK) return { status: judged.status };
    const { task, seat, output } = judged;
    setSeat(ctx, task.id, {
      ...seat,
      status: SeatStatus.SEAT_STATUS_REVEALED,
      attempt: task.attempt,
      resultHash: msg.resultHash,
      unavailable: msg.unavailable,
      outputSha256: output?.sha256 ?? unavailableHash,
      output,
      committedHeight: ctx.block.height,
      revealedHeight: ctx.block.height,
      posts: seat.posts + 1,
    });
    staking.recordPost(ctx, task.service, seat.node);
    emit(ctx, EventTaskRevealed, { taskId: task.id, node: seat.node });
    countPost(ctx, task.id);
    return { status: PostStatus.POST_STATUS_OK };
  },
  expected: (ctx, msg) => judge(atNextBlock(ctx), msg).status === PostStatus.POST_STATUS_OK,
  hopeless: (ctx, msg) => hopelessIf([judge(atNextBlock(ctx), msg)], final),
});

function judge(ctx: ReadCtx, msg: MsgSubmitResult): Judged<Submitted> {
  const held = heldSeat(ctx, msg.operator, msg.taskId, msg.node);
  if (held.status !== PostStatus.POST_STATUS_OK) return held;
  const { task, seat } = held;
  if (seat.status !== SeatStatus.SEAT_STATUS_OPEN) {
    return { status: PostStatus.POST_STATUS_DUPLICATE };
  }
  if (task.status !== TaskStatus.TASK_STATUS_COMMIT) return { status: PostStatus.POST_STATUS_LATE };
  if (ctx.block.height <= task.windowStart) return { status: PostStatus.POST_STATUS_EARLY };
  const output = outputOf(task, msg);
  if (task.validators > 0 || output === "wrong") return { status: PostStatus.POST_STATUS_MISMATCH };
  return { ...held, output };
}

function outputOf(task: Task, msg: MsgSubmitResult): Payload | undefined | "wrong" {
  if (msg.unavailable !== saysUnavailable(msg.resultHash, unavailableHash)) return "wrong";
  if (msg.unavailable) return msg.output === undefined ? undefined : "wrong";
  if (msg.output === undefined) return "wrong";
  const limits = { maxInline: task.maxInline, maxSize: task.maxOutput };
  const output = completePayload(msg.output, limits);
  if (output === undefined) return "wrong";
  const exact = task.compare === Compare.COMPARE_EXACT;
  return exact && !equalBytes(output.sha256, msg.resultHash) ? "wrong" : output;
}

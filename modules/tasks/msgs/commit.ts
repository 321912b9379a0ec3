import type { Address } from "../../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import * as staking from "../../staking/index.ts";
import { countPost } from "../deadlines.ts";
import { EventTaskCommitted } from "../events.ts";
import {
  atNextBlock,
  heldSeat,
  hopelessIf,
  requireLength,
  requirePostCount,
  type HeldSeat,
  type Judged,
} from "../posts.ts";
import { setSeat } from "../tasks.ts";
import {
  MsgCommit,
  MsgCommitResponse,
  PostStatus,
  SeatStatus,
  TaskStatus,
  type CommitPost,
} from "../types.ts";

// With these a post stays refused, whatever happens: its window or its seat is gone.
const final = [
  PostStatus.POST_STATUS_LATE,
  PostStatus.POST_STATUS_DUPLICATE,
  PostStatus.POST_STATUS_NOT_YOURS,
] as const;

/** Seals the results of up to ten seats (Z1). */
export const commit = defineMsg({
  typeUrl: "/assay.tasks.v1.MsgCommit",
  request: MsgCommit,
  response: MsgCommitResponse,
  lane: "commit",
  signer: (msg: MsgCommit) => msg.operator,
  validate(msg) {
    requirePostCount(msg.posts.length);
    for (const post of msg.posts) requireLength("commitment", post.commitment, 32);
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

function judge(ctx: ReadCtx, operator: Address, post: CommitPost): Judged<HeldSeat> {
  const held = heldSeat(ctx, operator, post.taskId, post.node);
  if (held.status !== PostStatus.POST_STATUS_OK) return held;
  const { task, seat } = held;
  if (seat.status !== SeatStatus.SEAT_STATUS_OPEN) {
    return { status: PostStatus.POST_STATUS_DUPLICATE };
  }
  if (task.status !== TaskStatus.TASK_STATUS_COMMIT) return { status: PostStatus.POST_STATUS_LATE };
  if (ctx.block.height <= task.windowStart) return { status: PostStatus.POST_STATUS_EARLY };
  const fits = task.validators > 0 && post.attempt === task.attempt;
  return fits ? held : { status: PostStatus.POST_STATUS_MISMATCH };
}

function take(ctx: Ctx, operator: Address, post: CommitPost): PostStatus {
  const judged = judge(ctx, operator, post);
  if (judged.status !== PostStatus.POST_STATUS_OK) return judged.status;
  const { task, seat } = judged;
  setSeat(ctx, task.id, {
    ...seat,
    status: SeatStatus.SEAT_STATUS_COMMITTED,
    commitment: post.commitment,
    attempt: task.attempt,
    committedHeight: ctx.block.height,
    posts: seat.posts + 1,
  });
  staking.recordPost(ctx, task.service, seat.node);
  emit(ctx, EventTaskCommitted, { taskId: task.id, node: seat.node });
  countPost(ctx, task.id);
  return PostStatus.POST_STATUS_OK;
}

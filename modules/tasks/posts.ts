import type { Address, Height } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import type { TxError } from "../../core/errors.ts";
import * as staking from "../staking/index.ts";
import { errors } from "./errors.ts";
import { nextTaskId, openSeats } from "./state.ts";
import { findTask, isCalled, isOpen, requireSeat, seatsOf } from "./tasks.ts";
import { PostStatus, TaskStatus, type Seat, type Task, type TaskId } from "./types.ts";

export const maxPosts = 10;

/** What a post would do: the seat it belongs to, or the answer that it gets. */
export type Judged<T> =
  | ({ readonly status: typeof PostStatus.POST_STATUS_OK } & T)
  | {
      readonly status: Exclude<PostStatus, typeof PostStatus.POST_STATUS_OK>;
      /** Something else than this post may still happen, a draw or another operator, that gives another answer. */
      readonly mayChange?: boolean;
    };

export type HeldSeat = { readonly task: Task; readonly seat: Seat };

/** The open seat of a node in a task, for the operator who serves it. */
export function heldSeat(
  ctx: ReadCtx,
  operator: Address,
  id: TaskId,
  node: Address,
): Judged<HeldSeat> {
  const task = findTask(ctx, id);
  if (task === undefined) {
    return { status: PostStatus.POST_STATUS_NOT_YOURS, mayChange: id >= nextTaskId.peek(ctx) };
  }
  const index = openSeats.get(ctx, [node, id]);
  // A parked task keeps its records for people to look at; nothing closes its window any more.
  if (index === undefined || task.parked) {
    const seat = seatsOf(ctx, id).find((one) => one.node === node);
    if (seat !== undefined && isCalled(seat)) return { status: PostStatus.POST_STATUS_LATE };
    const undrawn = task.status === TaskStatus.TASK_STATUS_REQUESTED;
    const mayBeCalled = isOpen(task) && !task.parked && (undrawn || seat !== undefined);
    return { status: PostStatus.POST_STATUS_NOT_YOURS, mayChange: mayBeCalled };
  }
  if (!staking.isOperator(ctx, task.service, node, operator)) {
    return { status: PostStatus.POST_STATUS_NOT_YOURS, mayChange: true };
  }
  return { status: PostStatus.POST_STATUS_OK, task, seat: requireSeat(ctx, id, index) };
}

/** Committed state as the next block will see it: a window that opened with the last block takes posts then. */
export function atNextBlock(ctx: ReadCtx): ReadCtx {
  return { ...ctx, block: { ...ctx.block, height: (ctx.block.height + 1n) as Height } };
}

export function requirePostCount(count: number): void {
  if (count >= 1 && count <= maxPosts) return;
  throw errors.invalidPosts(`posts: expected 1..${maxPosts}, got ${count}`);
}

export function requireLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length === length) return;
  throw errors.invalidPosts(`${name}: expected ${length} bytes, got ${bytes.length}`);
}

/**
 * The refusal of CheckTx when none of these posts can ever be taken (X23); undefined otherwise. A node that is a block
 * behind sees posts before the draw or the reveal that they follow: what it refuses, no peer sends it again.
 */
export function hopelessIf(
  posts: readonly Judged<unknown>[],
  final: readonly PostStatus[],
): TxError | undefined {
  const isFinal = (post: Judged<unknown>): boolean =>
    post.status !== PostStatus.POST_STATUS_OK &&
    final.includes(post.status) &&
    post.mayChange !== true;
  if (!posts.every(isFinal)) return undefined;
  const statuses = posts.map(({ status }) => status).join(",");
  return errors.hopelessPost(`posts: expected one that may be taken, got statuses ${statuses}`);
}

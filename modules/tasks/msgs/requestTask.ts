import type { Height } from "../../../core/brand.ts";
import { utf8Encode } from "../../../core/bytes.ts";
import type { Ctx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { amount } from "../../../core/math/integers.ts";
import { defineMsg } from "../../../core/module.ts";
import * as bank from "../../bank/index.ts";
import * as beacon from "../../beacon/index.ts";
import * as registry from "../../registry/index.ts";
import * as staking from "../../staking/index.ts";
import { requireRoom, takeRoom } from "../capacity.ts";
import { errors } from "../errors.ts";
import { EventTaskRequested } from "../events.ts";
import { requireNodes } from "../nodes.ts";
import { requireOffer, type Offer } from "../offer.ts";
import { completePayload } from "../payloads.ts";
import { nextTaskId, params as parameters } from "../state.ts";
import { addTask } from "../tasks.ts";
import {
  MsgRequestTask,
  MsgRequestTaskResponse,
  SelectionMode,
  taskId,
  TaskStatus,
  type Params,
  type Payload,
  type Task,
} from "../types.ts";

const maxTags = 8;
const maxTagBytes = 64;
const none = 0n as Height;

/** Asks for a task and pays for it in advance (M 2, M 3). */
export const requestTask = defineMsg({
  typeUrl: "/assay.tasks.v1.MsgRequestTask",
  request: MsgRequestTask,
  response: MsgRequestTaskResponse,
  signer: (msg: MsgRequestTask) => msg.requester,
  perBlock: (ctx) => parameters.get(ctx).requestsPerBlock,
  validate(msg) {
    const { SELECTION_MODE_UNSPECIFIED: unsaid, SELECTION_MODE_OPEN: open } = SelectionMode;
    if (msg.selection !== unsaid && msg.selection !== open) {
      throw errors.notServed(
        `selection: expected OPEN, got ${msg.selection}: not served by this version`,
      );
    }
    if (msg.encrypted) {
      throw errors.notServed("encrypted: expected false, got true: not served by this version");
    }
    requireTags(msg.tags);
  },
  handle(ctx, msg) {
    const params = parameters.get(ctx);
    const offer = requireOffer(ctx, { ...msg, inputSize: sizeOf(msg.input) }, params);
    const input = requireInput(msg.input, params.maxInline, offer.definition.maxInput);
    const { escrow } = offer;
    if (escrow.total > msg.maxFee) {
      throw errors.feeAboveMax(`max_fee: expected at least ${escrow.total}, got ${msg.maxFee}`);
    }
    requireRoom(ctx, msg.service, msg.validators, params);
    requireNodes(ctx, {
      service: msg.service,
      version: offer.release.version,
      taskKey: msg.taskKey,
      inputSize: input.size,
      requester: msg.requester,
      validators: msg.validators,
    });

    bank.toModule(ctx, msg.requester, "tasks", staking.denom(ctx), escrow.total);
    const task = newTask(ctx, { ...msg, input }, offer, params);
    addTask(ctx, task);
    takeRoom(ctx, task);
    registry.hold(ctx, task.service);
    registerDraw(ctx, task, params);
    emit(ctx, EventTaskRequested, {
      taskId: task.id,
      service: task.service,
      version: task.version,
      taskKey: task.taskKey,
      requester: task.requester,
      validators: task.validators,
      escrow: escrow.total.toString(),
    });
    return { taskId: task.id, escrow: escrow.total };
  },
});

function requireTags(tags: readonly string[]): void {
  if (tags.length > maxTags) {
    throw errors.invalidTags(`tags: expected at most ${maxTags}, got ${tags.length}`);
  }
  for (const tag of tags) {
    const { length } = utf8Encode(tag);
    if (length < 1 || length > maxTagBytes) {
      throw errors.invalidTags(`tag: expected 1..${maxTagBytes} bytes, got ${length}`);
    }
  }
}

function sizeOf(input: Payload): bigint {
  return input.inline.length > 0 ? BigInt(input.inline.length) : input.size;
}

function requireInput(input: Payload, maxInline: number, maxSize: number): Payload {
  const complete = completePayload(input, { maxInline, maxSize });
  if (complete !== undefined) return complete;
  throw errors.invalidInput(
    `input: expected at most ${maxInline} inline bytes with their own hash and size, or a sha256 and size, got ${input.inline.length} bytes of size ${input.size}`,
  );
}

/** The task with all that it will use later: parameters, prices and the definition as they are now. */
function newTask(ctx: Ctx, msg: MsgRequestTask, offer: Offer, params: Params): Task {
  return {
    id: taskId(nextTaskId.next(ctx)),
    requester: msg.requester,
    service: msg.service,
    version: offer.release.version,
    taskKey: msg.taskKey,
    input: msg.input,
    validators: msg.validators,
    maxFee: msg.maxFee,
    selection: SelectionMode.SELECTION_MODE_OPEN,
    encrypted: false,
    tags: msg.tags,
    status: TaskStatus.TASK_STATUS_REQUESTED,
    requestedHeight: ctx.block.height,
    requestedMs: ctx.block.timeMs,
    drawnHeight: none,
    attempt: 1,
    windowStart: none,
    windowEnd: none,
    windowLimit: none,
    seats: [],
    escrow: offer.escrow,
    compare: offer.definition.compare,
    commitBlocks: offer.definition.commitBlocks,
    revealBlocks: offer.definition.revealBlocks,
    seatStake: offer.release.definition.minBond,
    seed: new Uint8Array(),
    resultHash: new Uint8Array(),
    result: undefined,
    overruled: false,
    tallyHeight: none,
    settleAfter: 0n,
    settled: false,
    settlement: undefined,
    author: offer.service.owner,
    maxOutput: offer.definition.maxOutput,
    windowFullBase: 0n,
    executorSeat: 0,
    finishedHeight: none,
    parked: false,
    attempts: params.attempts,
    reserves: params.reserves,
    maxInline: params.maxInline,
    resultSeat: 0,
  };
}

function registerDraw(ctx: Ctx, task: Task, params: Params): void {
  const high = task.seatStake >= amount(params.highStake);
  beacon.registerDraw(ctx, {
    kind: "task",
    id: task.id,
    attempt: 1,
    triggerDigest: task.input.sha256,
    delay: params.drawDelay,
    limit: params.drawLimit,
    power: high ? params.drawPowerHigh : params.drawPower,
  });
}

import { defineMsg } from "../../../core/module.ts";
import * as beacon from "../../beacon/index.ts";
import { errors } from "../errors.ts";
import { cancel } from "../finish.ts";
import { requireTask } from "../tasks.ts";
import { MsgCancelTask, MsgCancelTaskResponse, TaskStatus } from "../types.ts";

/** Takes a request back while nobody is drawn for it; everything is refunded. */
export const cancelTask = defineMsg({
  typeUrl: "/assay.tasks.v1.MsgCancelTask",
  request: MsgCancelTask,
  response: MsgCancelTaskResponse,
  signer: (msg) => msg.requester,
  handle(ctx, msg) {
    const task = requireTask(ctx, msg.taskId);
    if (task.requester !== msg.requester) {
      throw errors.notRequester(`requester: expected ${task.requester}, got ${msg.requester}`);
    }
    if (task.status !== TaskStatus.TASK_STATUS_REQUESTED || task.parked) {
      throw errors.alreadyDrawn(`task ${task.id}: expected REQUESTED, got status ${task.status}`);
    }
    beacon.cancelDraw(ctx, "task", task.id);
    cancel(ctx, task);
    return {};
  },
});

import { defineEvent } from "../../core/events.ts";
import * as wire from "../../proto/gen/assay/tasks/v1/event.ts";

export const EventTaskRequested = defineEvent(wire.EventTaskRequested, "task_requested", [
  "taskId",
  "service",
  "requester",
]);
export const EventTaskAssigned = defineEvent(wire.EventTaskAssigned, "task_assigned", [
  "taskId",
  "executor",
]);
export const EventTaskReassigned = defineEvent(wire.EventTaskReassigned, "task_reassigned", [
  "taskId",
  "executor",
]);
export const EventTaskCommitted = defineEvent(wire.EventTaskCommitted, "task_committed", [
  "taskId",
]);
export const EventTaskRevealing = defineEvent(wire.EventTaskRevealing, "task_revealing", [
  "taskId",
]);
export const EventTaskRevealed = defineEvent(wire.EventTaskRevealed, "task_revealed", ["taskId"]);
export const EventTaskFinished = defineEvent(wire.EventTaskFinished, "task_finished", [
  "taskId",
  "status",
]);
export const EventSeatJudged = defineEvent(wire.EventSeatJudged, "seat_judged", ["taskId", "node"]);

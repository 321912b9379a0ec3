import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  MsgCancelTask,
  MsgCancelTaskResponse,
  MsgCommit,
  MsgCommitResponse,
  MsgReportLeak,
  MsgReportLeakResponse,
  MsgRequestTask,
  MsgRequestTaskResponse,
  MsgReveal,
  MsgRevealResponse,
  MsgSubmitResult,
  MsgSubmitResultResponse,
} from "../../../proto/gen/assay/tasks/v1/tx.ts";
import { forCosmJs } from "../generated.ts";

/** For a CosmJS Registry. */
export const tasksTypes = forCosmJs([
  ["/assay.tasks.v1.MsgRequestTask", MsgRequestTask],
  ["/assay.tasks.v1.MsgCommit", MsgCommit],
  ["/assay.tasks.v1.MsgReveal", MsgReveal],
  ["/assay.tasks.v1.MsgSubmitResult", MsgSubmitResult],
  ["/assay.tasks.v1.MsgCancelTask", MsgCancelTask],
  ["/assay.tasks.v1.MsgReportLeak", MsgReportLeak],
]);

/** Answers by the type URL of their message. */
export const tasksResponses = {
  "/assay.tasks.v1.MsgRequestTask": MsgRequestTaskResponse,
  "/assay.tasks.v1.MsgCommit": MsgCommitResponse,
  "/assay.tasks.v1.MsgReveal": MsgRevealResponse,
  "/assay.tasks.v1.MsgSubmitResult": MsgSubmitResultResponse,
  "/assay.tasks.v1.MsgCancelTask": MsgCancelTaskResponse,
  "/assay.tasks.v1.MsgReportLeak": MsgReportLeakResponse,
} as const;

export type MsgRequestTaskEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.tasks.v1.MsgRequestTask";
  readonly value: MsgRequestTask;
};

export function isMsgRequestTaskEncodeObject(
  object: EncodeObject,
): object is MsgRequestTaskEncodeObject {
  return object.typeUrl === "/assay.tasks.v1.MsgRequestTask";
}

export type MsgCommitEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.tasks.v1.MsgCommit";
  readonly value: MsgCommit;
};

export function isMsgCommitEncodeObject(object: EncodeObject): object is MsgCommitEncodeObject {
  return object.typeUrl === "/assay.tasks.v1.MsgCommit";
}

export type MsgRevealEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.tasks.v1.MsgReveal";
  readonly value: MsgReveal;
};

export function isMsgRevealEncodeObject(object: EncodeObject): object is MsgRevealEncodeObject {
  return object.typeUrl === "/assay.tasks.v1.MsgReveal";
}

export type MsgSubmitResultEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.tasks.v1.MsgSubmitResult";
  readonly value: MsgSubmitResult;
};

export function isMsgSubmitResultEncodeObject(
  object: EncodeObject,
): object is MsgSubmitResultEncodeObject {
  return object.typeUrl === "/assay.tasks.v1.MsgSubmitResult";
}

export type MsgCancelTaskEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.tasks.v1.MsgCancelTask";
  readonly value: MsgCancelTask;
};

export function isMsgCancelTaskEncodeObject(
  object: EncodeObject,
): object is MsgCancelTaskEncodeObject {
  return object.typeUrl === "/assay.tasks.v1.MsgCancelTask";
}

export type MsgReportLeakEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.tasks.v1.MsgReportLeak";
  readonly value: MsgReportLeak;
};

export function isMsgReportLeakEncodeObject(
  object: EncodeObject,
): object is MsgReportLeakEncodeObject {
  return object.typeUrl === "/assay.tasks.v1.MsgReportLeak";
}

/** Typed messages of module tasks; fields that are left out have their zero value. */
export const tasksMessages = {
  requestTask: (value: Partial<MsgRequestTask>): MsgRequestTaskEncodeObject => ({
    typeUrl: "/assay.tasks.v1.MsgRequestTask",
    value: MsgRequestTask.fromPartial(value),
  }),
  commit: (value: Partial<MsgCommit>): MsgCommitEncodeObject => ({
    typeUrl: "/assay.tasks.v1.MsgCommit",
    value: MsgCommit.fromPartial(value),
  }),
  reveal: (value: Partial<MsgReveal>): MsgRevealEncodeObject => ({
    typeUrl: "/assay.tasks.v1.MsgReveal",
    value: MsgReveal.fromPartial(value),
  }),
  submitResult: (value: Partial<MsgSubmitResult>): MsgSubmitResultEncodeObject => ({
    typeUrl: "/assay.tasks.v1.MsgSubmitResult",
    value: MsgSubmitResult.fromPartial(value),
  }),
  cancelTask: (value: Partial<MsgCancelTask>): MsgCancelTaskEncodeObject => ({
    typeUrl: "/assay.tasks.v1.MsgCancelTask",
    value: MsgCancelTask.fromPartial(value),
  }),
  reportLeak: (value: Partial<MsgReportLeak>): MsgReportLeakEncodeObject => ({
    typeUrl: "/assay.tasks.v1.MsgReportLeak",
    value: MsgReportLeak.fromPartial(value),
  }),
};

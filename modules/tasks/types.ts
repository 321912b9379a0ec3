import type { Address, Branded, Height } from "../../core/brand.ts";
import {
  addressField,
  addressOrNoneField,
  amountField,
  brand,
  branded,
  decField,
  listOf,
  optional,
  proto,
  required,
  type Decoded,
} from "../../core/codec.ts";
import * as wireGenesis from "../../proto/gen/assay/tasks/v1/genesis.ts";
import { TaskDefinition } from "../registry/index.ts";
import * as wireQuery from "../../proto/gen/assay/tasks/v1/query.ts";
import * as wire from "../../proto/gen/assay/tasks/v1/tasks.ts";
import * as wireTx from "../../proto/gen/assay/tasks/v1/tx.ts";

export type { Decoded } from "../../core/codec.ts";
export { Compare, Role } from "../../proto/gen/assay/registry/v1/registry.ts";
export {
  SeatOutcome,
  SeatStatus,
  SelectionMode,
  TaskStatus,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";
export { PostStatus } from "../../proto/gen/assay/tasks/v1/tx.ts";

export type TaskId = Branded<bigint, "TaskId">;
export const taskId = (raw: bigint): TaskId => raw as TaskId;

const idField = brand<bigint, TaskId>();
const heightField = brand<bigint, Height>();
// Addresses in state were parsed when they came in; parsing them at every read would cost more than the read.
const knownAddress = brand<string, Address>();

export type Payload = wire.Payload;
export type Progress = wire.Progress;

export const Seat = branded(wire.Seat, {
  node: knownAddress,
  fee: amountField,
  committedHeight: heightField,
  revealedHeight: heightField,
  calledHeight: heightField,
  paid: amountField,
  slashed: amountField,
  postFees: amountField,
});
export type Seat = Decoded<typeof Seat>;

export const Escrow = branded(wire.Escrow, {
  price: amountField,
  validatorFee: amountField,
  work: amountField,
  emitterShare: decField,
  authorShare: decField,
  tax: decField,
  auditShare: decField,
  postFee: amountField,
  panel: amountField,
  total: amountField,
});
export type Escrow = Decoded<typeof Escrow>;

export const Settlement = branded(wire.Settlement, {
  nodes: amountField,
  operators: amountField,
  author: amountField,
  emitters: amountField,
  feeCollector: amountField,
  communityPool: amountField,
  burned: amountField,
  refunded: amountField,
  auditPool: amountField,
});
export type Settlement = Decoded<typeof Settlement>;

export const Task = branded(wire.Task, {
  id: idField,
  requester: knownAddress,
  input: required(proto(wire.Payload), "task.input"),
  maxFee: amountField,
  requestedHeight: heightField,
  drawnHeight: heightField,
  windowStart: heightField,
  windowEnd: heightField,
  windowLimit: heightField,
  seats: listOf(Seat),
  escrow: required(Escrow, "task.escrow"),
  seatStake: amountField,
  tallyHeight: heightField,
  settlement: optional(Settlement),
  author: knownAddress,
  finishedHeight: heightField,
});
export type Task = Decoded<typeof Task>;

export const TaskDigest = branded(wire.TaskDigest, { id: idField });
export type TaskDigest = Decoded<typeof TaskDigest>;

export const Params = branded(wire.Params, {
  postFee: amountField,
  tax: decField,
  emitterShare: decField,
  validatorFee: decField,
  drawPower: decField,
  drawPowerHigh: decField,
  highStake: amountField,
  bounty: decField,
});
export type Params = Decoded<typeof Params>;

export const GenesisState = branded(wireGenesis.GenesisState, {
  params: required(Params, "tasks.params"),
  tasks: listOf(Task),
  digests: listOf(TaskDigest),
  deadlines: listOf(branded(wireGenesis.TaskDeadline, { taskId: idField, due: heightField })),
});
export type GenesisState = Decoded<typeof GenesisState>;

export const MsgRequestTask = branded(wireTx.MsgRequestTask, {
  requester: addressField,
  input: required(proto(wire.Payload), "input"),
  maxFee: amountField,
});
export type MsgRequestTask = Decoded<typeof MsgRequestTask>;
export const MsgRequestTaskResponse = branded(wireTx.MsgRequestTaskResponse, {
  taskId: idField,
  escrow: amountField,
});

const CommitPost = branded(wireTx.CommitPost, { taskId: idField, node: addressField });
export type CommitPost = Decoded<typeof CommitPost>;
export const MsgCommit = branded(wireTx.MsgCommit, {
  operator: addressField,
  posts: listOf(CommitPost),
});
export type MsgCommit = Decoded<typeof MsgCommit>;
export const MsgCommitResponse = proto(wireTx.MsgCommitResponse);

const RevealPost = branded(wireTx.RevealPost, { taskId: idField, node: addressField });
export type RevealPost = Decoded<typeof RevealPost>;
export const MsgReveal = branded(wireTx.MsgReveal, {
  operator: addressField,
  posts: listOf(RevealPost),
});
export type MsgReveal = Decoded<typeof MsgReveal>;
export const MsgRevealResponse = proto(wireTx.MsgRevealResponse);

export const MsgSubmitResult = branded(wireTx.MsgSubmitResult, {
  operator: addressField,
  node: addressField,
  taskId: idField,
});
export type MsgSubmitResult = Decoded<typeof MsgSubmitResult>;
export const MsgSubmitResultResponse = proto(wireTx.MsgSubmitResultResponse);

export const MsgCancelTask = branded(wireTx.MsgCancelTask, {
  requester: addressField,
  taskId: idField,
});
export const MsgCancelTaskResponse = proto(wireTx.MsgCancelTaskResponse);

export const MsgReportLeak = branded(wireTx.MsgReportLeak, {
  reporter: addressField,
  taskId: idField,
  node: addressField,
});
export const MsgReportLeakResponse = branded(wireTx.MsgReportLeakResponse, { bounty: amountField });

export const QueryParamsResponse = branded(wireQuery.QueryParamsResponse, {
  params: optional(Params),
});
export const QueryTaskRequest = branded(wireQuery.QueryTaskRequest, { taskId: idField });
export const QueryTaskResponse = branded(wireQuery.QueryTaskResponse, {
  task: optional(Task),
  digest: optional(TaskDigest),
});
export const QueryTasksRequest = branded(wireQuery.QueryTasksRequest, {
  requester: addressOrNoneField,
});
export const QueryTasksResponse = branded(wireQuery.QueryTasksResponse, { tasks: listOf(Task) });
export const QueryAssignmentsRequest = branded(wireQuery.QueryAssignmentsRequest, {
  operator: addressField,
});
const Assignment = branded(wireQuery.Assignment, { task: required(Task, "assignment.task") });
export const QueryAssignmentsResponse = branded(wireQuery.QueryAssignmentsResponse, {
  assignments: listOf(Assignment),
});
export const QuerySelectionRequest = branded(wireQuery.QuerySelectionRequest, { taskId: idField });
export const QueryQuoteRequest = branded(wireQuery.QueryQuoteRequest, {
  requester: addressOrNoneField,
});
export const QueryQuoteResponse = branded(wireQuery.QueryQuoteResponse, {
  escrow: optional(Escrow),
  definition: optional(TaskDefinition),
});

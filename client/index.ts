export {
  assayAminoTypes,
  createAssayAminoConverters,
  createFeegrantAminoConverters,
  createRegistryAminoConverters,
  createStakingAminoConverters,
  createTasksAminoConverters,
} from "./amino/converters.ts";
export { AssayClient, type ConnectOptions } from "./assay.ts";
export * from "./errors/index.ts";
export { registryMessages, registryTypes } from "./modules/registry/messages.ts";
export { stakingMessages, stakingTypes } from "./modules/staking/messages.ts";
export { tasksMessages, tasksTypes } from "./modules/tasks/messages.ts";
export { setupBeaconExtension } from "./modules/beacon/queries.ts";
export { setupClockExtension } from "./modules/clock/queries.ts";
export { setupRegistryExtension } from "./modules/registry/queries.ts";
export { setupReputationExtension } from "./modules/reputation/queries.ts";
export { setupStakingExtension } from "./modules/staking/queries.ts";
export { setupTasksExtension } from "./modules/tasks/queries.ts";
export { agreeing, executorOf, follow, isFinished } from "./run.ts";
export type {
  TaskEvents,
  TaskInput,
  TaskProof,
  TaskResult,
  TaskRun,
  TaskRunOptions,
} from "./run.ts";
export { QueryError, RpcUnavailable } from "./rpc/errors.ts";
export { connectRpc, RpcError, type Rpc } from "./rpc/rpc.ts";
export { abciQuery, protobufRpc } from "./rpc/query.ts";
export {
  postSalt,
  resultCommitment,
  unavailableHash,
  type SeatPost,
} from "./results/commitment.ts";
export { project, resultHash, type Comparison } from "./results/compare.ts";
export { timeTravel, type Snapshot, type TimeTravel } from "./timeTravel.ts";
export { TxFailed, TxNotFound, TxRefused } from "./tx/errors.ts";
export { attributes, findTx, type TxOutcome } from "./tx/outcome.ts";
export { assayRegistry, assayTypes } from "./tx/registry.ts";
export {
  TxSender,
  broadcastSync,
  type GasPrice,
  type SendOptions,
  type SenderOptions,
  type SignedTx,
} from "./tx/sender.ts";

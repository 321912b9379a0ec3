export { commitmentOf, type Opening } from "./commitment.ts";
export { errors } from "./errors.ts";
export { escrowFor, postsCovered, priceOf } from "./escrow.ts";
export { tasksModule } from "./module.ts";
export { defaultParams, params } from "./params.ts";
export { findTask, requireTask, wholeTask } from "./tasks.ts";
export { SeatOutcome, SeatStatus, TaskStatus } from "./types.ts";
export type { GenesisState, Params, Seat, Task, TaskId } from "./types.ts";

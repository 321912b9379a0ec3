export { BlockTables, type Drawn, type DrawRequest } from "./blockTables.ts";
export { drawSeats, type SeatKind, type Seats } from "./draw.ts";
export {
  nodeReason,
  reasons,
  releaseReason,
  type Filtered,
  type Reason,
} from "./eligibility.ts";
export { couldFill } from "./couldFill.ts";
export { errors } from "./errors.ts";
export { selectionModule } from "./module.ts";
export { candidateRecord, filteredRecord, selectionRecord, tableRecord } from "./record.ts";
export type { View } from "./sharedTable.ts";
export { candidates, type Exclusions, type Table, type TableKey } from "./table.ts";
export type { Candidate } from "./weights.ts";

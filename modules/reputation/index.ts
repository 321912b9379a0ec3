export { errors } from "./errors.ts";
export { reputationModule } from "./module.ts";
export { defaultParams, params } from "./params.ts";
export { agesAt, type Ages } from "./ages.ts";
export { changedCounters, changedStandings } from "./changes.ts";
export { breakdown } from "./queries.ts";
export { recordContentFault, recordFailure, recordGoodSeat, recordSuccess } from "./recording.ts";
export {
  feeWeight,
  incidentFactor,
  performance,
  performances,
  performanceWith,
  repeats,
  standing,
  standings,
  type Standing,
  type Standings,
} from "./standing.ts";
export type { Place, WeightedWork, Work } from "./types.ts";

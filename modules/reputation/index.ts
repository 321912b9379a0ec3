export { errors } from "./errors.ts";
export { reputationModule } from "./module.ts";
export { defaultParams, params } from "./params.ts";
export { agesAt, type Ages } from "./ages.ts";
export { changedCounters, changedStandings } from "./changes.ts";
export { findCounter } from "./counters.ts";
export { breakdown } from "./queries.ts";
export { recordContentFault, recordFailure, recordGoodSeat, recordSuccess } from "./recording.ts";
export {
  countersUnder,
  feeWeight,
  findIncidents,
  incidentFactor,
  incidentsUnder,
  performance,
  performanceFrom,
  repeats,
  standingFrom,
  type Standing,
} from "./standing.ts";
export type { Counter, Incidents, Place, WeightedWork, Work } from "./types.ts";

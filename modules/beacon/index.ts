export { contribute, contributionMessage, isDue, verifyContribution } from "./contribution.ts";
export { consensusValidators } from "./contributors.ts";
export {
  cancelDraw,
  pendingDraws,
  readyDraws,
  registerDraw,
  type DrawRequest,
  type ReadyDraw,
} from "./draws.ts";
export { errors } from "./errors.ts";
export { beaconModule } from "./module.ts";

export {
  bumpSequence,
  ensureAccount,
  ensureModuleAccount,
  getAccount,
  isModuleAddress,
  requireAccount,
  setPubKey,
} from "./accounts.ts";
export { errors } from "./errors.ts";
export { authModule } from "./module.ts";
export { defaultParams, params } from "./params.ts";
export type { Account, Params } from "./types.ts";

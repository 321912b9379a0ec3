export { errors } from "./errors.ts";
export { clockModule } from "./module.ts";
export { defaultParams, params } from "./params.ts";
export { epoch, epochStartMs, genesisMs, nextSlotMs, noteWork, slot } from "./time.ts";
export {
  closeWindow,
  distinctProposers,
  fullBlocks,
  isFull,
  openWindow,
  openWindows,
} from "./windows.ts";

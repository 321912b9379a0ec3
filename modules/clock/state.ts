import { remembered } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import { FullBlocks, Params, Slot, Ticks, U64 } from "./types.ts";

const state = schema("clock");

export const params = state.item(0, "params", remembered(Params));
export const genesisTime = state.item(1, "genesisTime", U64);
// Apart from the ticks, because transactions write it: its gas must not depend on their number.
export const windows = state.item(2, "windows", U64);
export const slots = state.item(3, "slots", remembered(Slot));
export const fullBlockCount = state.item(4, "fullBlockCount", FullBlocks);
export const ticks = state.item(5, "ticks", Ticks);

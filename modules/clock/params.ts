import type { ReadCtx } from "../../core/context.ts";
import type { Fault } from "../../core/module.ts";
import * as state from "./state.ts";
import type { Params } from "./types.ts";

export const defaultParams: Params = { epochMs: 3_600_000n, slotMs: 21_600_000n };

const week = 604_800_000n;
const bounds = [
  ["epochMs", "epoch_ms", 1_000n, week],
  ["slotMs", "slot_ms", 1_000n, week],
] as const;

export function paramFaults(params: Params): Fault[] {
  const faults: Fault[] = [];
  for (const [name, field, low, high] of bounds) {
    const value = params[name];
    if (value >= low && value <= high) continue;
    faults.push({
      pointer: `/params/${field}`,
      text: `${field}: expected ${low}..${high}, got ${value}`,
    });
  }
  return faults;
}

export function params(ctx: ReadCtx): Params {
  return state.params.get(ctx);
}

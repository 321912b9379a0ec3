import type { Invariant } from "../../core/module.ts";
import { ticks } from "./state.ts";

/** Ticks ascend and none is of the future. */
export const ticksAscend: Invariant = (ctx) => {
  let last = 0n;
  for (const { height } of ticks.find(ctx)?.ticks ?? []) {
    if (height <= last) return `tick: expected a height above ${last}, got ${height}`;
    last = height;
  }
  return last > ctx.block.height ? `tick of height ${last} at ${ctx.block.height}` : undefined;
};

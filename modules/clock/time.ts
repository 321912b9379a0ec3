import type { Ctx, ReadCtx } from "../../core/context.ts";
import { divFloor } from "../../core/math/integers.ts";
import { params } from "./params.ts";
import { genesisTime, slots } from "./state.ts";
import type { Slot } from "./types.ts";

const firstSlot: Slot = { number: 0n, ofTime: 0n };

export function genesisMs(ctx: ReadCtx): bigint {
  return genesisTime.get(ctx);
}

/** Block time since genesis; the chain's clock never runs before its genesis. */
function elapsedMs(ctx: ReadCtx): bigint {
  const elapsed = ctx.block.timeMs - genesisMs(ctx);
  return elapsed > 0n ? elapsed : 0n;
}

export function epoch(ctx: ReadCtx): bigint {
  return divFloor(elapsedMs(ctx), params(ctx).epochMs);
}

/** When that epoch began, or the current one. */
export function epochStartMs(ctx: ReadCtx, number: bigint = epoch(ctx)): bigint {
  return genesisMs(ctx) + number * params(ctx).epochMs;
}

function slotOfTime(ctx: ReadCtx): bigint {
  return divFloor(elapsedMs(ctx), params(ctx).slotMs);
}

function slotOf(ctx: ReadCtx): Slot {
  const last = slots.find(ctx) ?? firstSlot;
  const ofTime = slotOfTime(ctx);
  // One number further, however long the pause: a chain that rested wakes with its leases as they were.
  return ofTime > last.ofTime ? { number: last.number + 1n, ofTime } : last;
}

/** Number of this block's slot: computed on reading, written with the next work. */
export function slot(ctx: ReadCtx): bigint {
  return slotOf(ctx).number;
}

/** When the next slot of time begins. */
export function nextSlotMs(ctx: ReadCtx): bigint {
  return genesisMs(ctx) + (slotOfTime(ctx) + 1n) * params(ctx).slotMs;
}

/** This block has work, so its slot counts. The same before and after in one block: slot() does not change. */
export function noteWork(ctx: Ctx): void {
  const last = slots.find(ctx) ?? firstSlot;
  const now = slotOf(ctx);
  if (now.number !== last.number) slots.set(ctx, now);
}

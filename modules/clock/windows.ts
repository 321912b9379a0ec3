import { equalBytes } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import type { BlockUsage } from "../../core/module.ts";
import { fullBlockCount, ticks, windows } from "./state.ts";
import type { FullBlocks } from "./types.ts";

// More than a set of consensus validators ever holds; callers ask for three.
const maxTicks = 256;
const noFullBlocks: FullBlocks = { count: 0n, height: 0n };

/** Short windows that are open; above 0 every block ticks. */
export function openWindows(ctx: ReadCtx): bigint {
  return windows.find(ctx) ?? 0n;
}

export function openWindow(ctx: Ctx): void {
  windows.set(ctx, openWindows(ctx) + 1n);
}

export function closeWindow(ctx: Ctx): void {
  const open = openWindows(ctx);
  if (open === 0n) throw new BugError("open windows: expected more than 0, got 0");
  windows.set(ctx, open - 1n);
}

/** Takes the proposer's older tick out, so that counting ticks counts proposers. */
export function tick(ctx: Ctx): void {
  const { height, proposer } = ctx.block;
  const others = (ticks.find(ctx)?.ticks ?? []).filter(
    (one) => !equalBytes(one.proposer, proposer),
  );
  ticks.set(ctx, { ticks: [...others.slice(1 - maxTicks), { height, proposer }] });
}

/** Of the blocks after that height up to this one; while a window is open. */
export function distinctProposers(ctx: ReadCtx, afterHeight: bigint): number {
  const { height, proposer } = ctx.block;
  if (height <= afterHeight) return 0;
  const since = (ticks.find(ctx)?.ticks ?? []).filter((one) => one.height > afterHeight);
  const known = since.some((one) => equalBytes(one.proposer, proposer));
  return known ? since.length : since.length + 1;
}

function isNear(used: bigint, limit: bigint | undefined): boolean {
  return limit !== undefined && limit > 0n && used * 10n >= limit * 9n;
}

/** Used at least 90 % of its bytes or of its gas: posts may have found no room. */
export function isFull(usage: BlockUsage): boolean {
  return isNear(usage.bytes, usage.maxBytes) || isNear(usage.gas, usage.maxGas);
}

/** The running count of full blocks, with this one when its usage is given, whoever asks first. */
export function fullBlocks(ctx: ReadCtx, usage?: BlockUsage): bigint {
  const { count, height } = fullBlockCount.find(ctx) ?? noFullBlocks;
  const counted = usage === undefined || height === ctx.block.height;
  return counted || !isFull(usage) ? count : count + 1n;
}

export function countFullBlock(ctx: Ctx, usage: BlockUsage): void {
  if (!isFull(usage)) return;
  fullBlockCount.set(ctx, { count: fullBlocks(ctx, usage), height: ctx.block.height });
}

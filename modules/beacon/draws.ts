import type { Dec, Hash } from "../../core/brand.ts";
import { toHex } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { BugError } from "../../core/errors.ts";
import { one } from "../../core/math/dec.ts";
import { closeWindow, openWindow } from "../clock/index.ts";
import { contributorTotals } from "./contributors.ts";
import { errors } from "./errors.ts";
import { contributions, contributors, draws, pendingCount, requestBlocks } from "./state.ts";
import type { PendingDraw } from "./types.ts";

export type DrawRequest = {
  readonly kind: string;
  readonly id: bigint;
  readonly attempt: number;
  /** Hash of the task's input or of the event's data: randomness from the data [M 5]. */
  readonly triggerDigest: Uint8Array;
  /** The draw is ready at height + delay at the earliest, at height + limit whatever the proposers' power. */
  readonly delay: number;
  readonly limit: number;
  /** Share of the power that the distinct proposers must exceed. */
  readonly power: Dec;
};

export type ReadyDraw = {
  readonly id: bigint;
  readonly attempt: number;
  readonly seed: Hash;
  readonly requestedHeight: bigint;
  /** App hash after the requested height. */
  readonly appHash: Uint8Array;
  /** Of requestedHeight + 1 up to this block. */
  readonly beacons: readonly Uint8Array[];
};

export function pendingDraws(ctx: ReadCtx): bigint {
  return pendingCount.find(ctx) ?? 0n;
}

export function oldestRequest(ctx: ReadCtx): bigint | undefined {
  for (const [height] of draws.ordered(ctx, "requestedAt")) return height;
  return undefined;
}

/** Asks at this height for a draw; opens a clock window, so that the next blocks come. */
export function registerDraw(ctx: Ctx, request: DrawRequest): void {
  const { kind, id, attempt, triggerDigest, delay, limit, power } = request;
  const { power: totalPower } = contributorTotals(ctx);
  if (totalPower === 0n)
    throw errors.noContributors("consensus validators: expected some, got none");
  if (draws.has(ctx, [kind, id])) throw new BugError(`draw ${kind} ${id}: registered twice`);
  if (delay < 1 || limit < delay)
    throw new BugError(`draw: expected 1 <= delay <= limit, got ${delay}, ${limit}`);
  if (power < 0n || power >= one)
    throw new BugError(`draw power: expected 0 to below 1, got ${power}`);

  const requestedHeight = ctx.block.height;
  const earliestHeight = requestedHeight + BigInt(delay);
  const latestHeight = requestedHeight + BigInt(limit);
  draws.set(ctx, [kind, id], {
    ...{ kind, id, attempt, requestedHeight, triggerDigest, earliestHeight, latestHeight },
    ...{ drawPower: power, totalPower },
  });
  pendingCount.set(ctx, pendingDraws(ctx) + 1n);
  openWindow(ctx);
}

function takeOut(ctx: Ctx, kind: string, id: bigint): void {
  draws.remove(ctx, [kind, id]);
  pendingCount.set(ctx, pendingDraws(ctx) - 1n);
  closeWindow(ctx);
}

/** Does nothing when there is no such draw. */
export function cancelDraw(ctx: Ctx, kind: string, id: bigint): void {
  if (draws.has(ctx, [kind, id])) takeOut(ctx, kind, id);
}

/** The kernel's own root after the requests' block, which is only known now. */
export function keepRequestBlock(ctx: Ctx): void {
  if (pendingDraws(ctx) === 0n) return;
  const height = ctx.block.height - 1n;
  if (draws.by(ctx, "requestedAt", height).next().done === true) return;
  requestBlocks.set(ctx, height, { height, appHash: ctx.block.lastAppHash });
}

/** Power of the distinct proposers after each height, down to the oldest request. */
function powersAfter(ctx: ReadCtx, oldest: bigint): Map<bigint, bigint> {
  const powers = new Map<bigint, bigint>();
  const counted = new Set<string>();
  let power = 0n;
  let expected: bigint = ctx.block.height;
  for (const { height, proposer } of contributions.values(ctx, { reverse: true })) {
    if (height <= oldest) break;
    if (height !== expected)
      throw new BugError(`contribution: expected ${expected}, got ${height}`);
    const name = toHex(proposer);
    if (!counted.has(name)) power += contributors.get(ctx, proposer)?.power ?? 0n;
    counted.add(name);
    expected = height - 1n;
    powers.set(expected, power);
  }
  return powers;
}

/** Compared exactly, without a division: a share that is met but not exceeded waits. */
function isReady(draw: PendingDraw, height: bigint, power: bigint): boolean {
  if (height < draw.earliestHeight) return false;
  return height >= draw.latestHeight || power * one > draw.drawPower * draw.totalPower;
}

/** Takes at most `limit` ready draws out, the oldest request first; the rest takes the next beacon too. */
export function readyDraws(ctx: Ctx, kind: string, limit: number): ReadyDraw[] {
  const oldest = oldestRequest(ctx);
  const { height } = ctx.block;
  if (oldest === undefined || height <= oldest) return [];
  const powers = powersAfter(ctx, oldest);
  const ready: PendingDraw[] = [];
  for (const [requestedHeight, key] of draws.ordered(ctx, "requestedAt")) {
    if (ready.length >= limit || requestedHeight >= height) break;
    if (key[0] !== kind) continue;
    const draw = draws.get(ctx, key);
    const power = powers.get(requestedHeight);
    if (draw === undefined || power === undefined) {
      throw new BugError(`draw ${kind} ${key[1]}: expected contributions since ${requestedHeight}`);
    }
    if (isReady(draw, height, power)) ready.push(draw);
  }
  for (const draw of ready) takeOut(ctx, kind, draw.id);
  return ready.map((draw) => seeded(ctx, draw));
}

function seeded(ctx: ReadCtx, draw: PendingDraw): ReadyDraw {
  const { kind, id, attempt, requestedHeight, triggerDigest } = draw;
  const appHash = requestBlocks.get(ctx, requestedHeight)?.appHash;
  if (appHash === undefined)
    throw new BugError(`draw ${kind} ${id}: expected an app hash, got none`);
  const beacons: Uint8Array[] = [];
  for (const { beacon } of contributions.values(ctx, { after: requestedHeight }))
    beacons.push(beacon);
  const parts = [ctx.block.chainId, kind, id, BigInt(attempt), triggerDigest, appHash, ...beacons];
  return { id, attempt, seed: taggedHash("draw", ...parts), requestedHeight, appHash, beacons };
}

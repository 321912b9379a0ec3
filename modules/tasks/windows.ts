import type { Height } from "../../core/brand.ts";

/** Heights of a window that opened at `start`: it takes posts at start < x <= end (PROTOCOL 2). */
export type Window = {
  readonly windowStart: Height;
  readonly windowEnd: Height;
  readonly windowLimit: Height;
};

/** Closed on silent seats without enough proposers at this many times its length, not before. */
const longest = 3n;

export function windowFrom(start: Height, blocks: number): Window {
  const length = BigInt(blocks);
  return {
    windowStart: start,
    windowEnd: (start + length) as Height,
    windowLimit: (start + longest * length) as Height,
  };
}

/** Last height at which the executor's reveal is in time; validators without it reveal from the next one on. */
export function executorHalf(start: Height, blocks: number): bigint {
  return start + (BigInt(blocks) >> 1n);
}

/** Distinct proposers that silence must have seen before it counts (X12). */
export function proposersNeeded(consensusValidators: number): number {
  return Math.min(3, consensusValidators);
}

/** Half of the blocks or more were full: whoever was silent may not have been heard (PROTOCOL 9). */
export function wasFull(fullBlocks: bigint, blocks: bigint): boolean {
  return 2n * fullBlocks >= blocks;
}

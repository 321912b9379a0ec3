import type { ReadCtx } from "../../core/context.ts";
import { dec, one } from "../../core/math/dec.ts";
import { amount, divFloor, mulDivFloor } from "../../core/math/integers.ts";
import type { Fault } from "../../core/module.ts";
import { params as stored } from "./state.ts";
import type { Params } from "./types.ts";

const oneAssay = 1_000_000n;

/** PROTOCOL 15. */
export const defaultParams: Params = {
  drawDelay: 1,
  drawLimit: 40,
  maxValidators: 51,
  reserves: 2,
  attempts: 3,
  postFee: amount(2_500n),
  tax: dec(mulDivFloor(5n, one, 100n)),
  emitterShare: dec(mulDivFloor(10n, one, 100n)),
  validatorFee: dec(one),
  maxInline: 16_384,
  maxOpenSeats: 10_000,
  requestsPerBlock: 200,
  duePerBlock: 500,
  keepBlocks: 100_000n,
  appealMs: 0n,
  drawPower: dec(divFloor(one, 10n)),
  drawPowerHigh: dec(divFloor(one, 3n)),
  highStake: amount(1_000n * oneAssay),
  serviceFloorSeats: 100,
  bounty: dec(mulDivFloor(5n, one, 100n)),
};

/** Lowest and highest value of every parameter, both allowed. Seats of a task fit one byte of a key. */
const bounds: readonly (readonly [string, (params: Params) => bigint, bigint, bigint])[] = [
  ["draw_delay", (p) => BigInt(p.drawDelay), 1n, 10n],
  ["draw_limit", (p) => BigInt(p.drawLimit), 10n, 1_000n],
  ["max_validators", (p) => BigInt(p.maxValidators), 0n, 101n],
  ["reserves", (p) => BigInt(p.reserves), 0n, 10n],
  ["attempts", (p) => BigInt(p.attempts), 1n, 10n],
  ["post_fee", (p) => p.postFee, 0n, 10n ** 24n],
  ["tax", (p) => p.tax, 0n, divFloor(one, 2n)],
  ["emitter_share", (p) => p.emitterShare, 0n, divFloor(one, 2n)],
  ["validator_fee", (p) => p.validatorFee, 0n, one],
  ["max_inline", (p) => BigInt(p.maxInline), 0n, 65_536n],
  ["max_open_seats", (p) => BigInt(p.maxOpenSeats), 1n, 1_000_000n],
  ["requests_per_block", (p) => BigInt(p.requestsPerBlock), 1n, 10_000n],
  ["due_per_block", (p) => BigInt(p.duePerBlock), 1n, 10_000n],
  ["keep_blocks", (p) => p.keepBlocks, 1n, 10n ** 12n],
  // Payouts and slashes are settled at the tally: a window nobody can appeal in would only hold them.
  ["appeal_ms", (p) => p.appealMs, 0n, 0n],
  ["draw_power", (p) => p.drawPower, 0n, divFloor(one, 2n)],
  ["draw_power_high", (p) => p.drawPowerHigh, 0n, divFloor(one, 2n)],
  ["high_stake", (p) => p.highStake, 1n, 10n ** 30n],
  ["service_floor_seats", (p) => BigInt(p.serviceFloorSeats), 0n, 1_000_000n],
  ["bounty", (p) => p.bounty, 0n, mulDivFloor(5n, one, 100n)],
];

/** Everything that is wrong, by pointer. */
export function validateParams(params: Params): Fault[] {
  const faults: Fault[] = [];
  for (const [name, of, low, high] of bounds) {
    const value = of(params);
    if (value < low || value > high) {
      faults.push({ pointer: `/params/${name}`, text: `expected ${low}..${high}, got ${value}` });
    }
  }
  return faults;
}

export function params(ctx: ReadCtx): Params {
  return stored.get(ctx);
}

import { dec, one } from "../../core/math/dec.ts";
import { amount } from "../../core/math/integers.ts";
import type { Fault } from "../../core/module.ts";
import { isDenom } from "../bank/index.ts";
import type { Params } from "./types.ts";

const second = 1_000n;
const day = 86_400n * second;
const year = 365n * day;

export const defaultParams: Params = {
  denom: "uassay",
  minBond: amount(100_000_000n),
  minCommitmentMs: day,
  unbondingMs: 21n * day,
  jailMs: 600n * second,
  maxJailMs: 7n * day,
  earlyExitPenalty: dec(10n ** 17n),
  slashToPool: dec(2n * 10n ** 17n),
  leaseSlots: 2,
  duePerBlock: 500,
};

/** Both ends are allowed; a commitment ends within ten years (THREATS R30). */
export const maxCommitmentMs = 10n * year;
const bounds: readonly (readonly [string, (params: Params) => bigint, bigint, bigint])[] = [
  ["min_bond", (p) => p.minBond, 1n, 10n ** 30n],
  ["min_commitment_ms", (p) => p.minCommitmentMs, second, maxCommitmentMs],
  ["unbonding_ms", (p) => p.unbondingMs, 10n * second, year],
  ["jail_ms", (p) => p.jailMs, second, 7n * day],
  ["max_jail_ms", (p) => p.maxJailMs, second, year],
  ["early_exit_penalty", (p) => p.earlyExitPenalty, 0n, one],
  ["slash_to_pool", (p) => p.slashToPool, 0n, one],
  ["lease_slots", (p) => BigInt(p.leaseSlots), 1n, 28n],
  ["due_per_block", (p) => BigInt(p.duePerBlock), 1n, 10_000n],
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
  if (params.maxJailMs < params.jailMs) {
    const text = `expected at least jail_ms ${params.jailMs}, got ${params.maxJailMs}`;
    faults.push({ pointer: "/params/max_jail_ms", text });
  }
  if (!isDenom(params.denom)) {
    faults.push({ pointer: "/params/denom", text: `expected a denom, got "${params.denom}"` });
  }
  return faults;
}

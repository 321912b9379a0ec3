import type { Fault } from "../../core/module.ts";
import { amount } from "../../core/math/integers.ts";
import type { Params } from "./types.ts";

const day = 86_400_000n;
const oneAssay = 1_000_000n;

export const defaultParams: Params = {
  nameCommitRequired: true,
  nameCommitMinBlocks: 1n,
  nameCommitMaxMs: day,
  nameDeposit: amount(oneAssay),
  nameRestMs: 30n * day,
  maxDefinitionBytes: 16_384,
  minPrice: amount(10n),
  duePerBlock: 500,
  denom: "uassay",
  instanceDeposit: amount(100_000n),
};

/** Lowest and highest value of every number, both allowed (THREATS R30). */
const bounds: readonly (readonly [string, (params: Params) => bigint, bigint, bigint])[] = [
  ["name_commit_min_blocks", (p) => p.nameCommitMinBlocks, 1n, 1_000n],
  ["name_commit_max_ms", (p) => p.nameCommitMaxMs, 10_000n, 7n * day],
  ["name_deposit", (p) => p.nameDeposit, 0n, 10n ** 30n],
  ["name_rest_ms", (p) => p.nameRestMs, 0n, 3_650n * day],
  ["max_definition_bytes", (p) => BigInt(p.maxDefinitionBytes), 1_024n, 65_536n],
  ["min_price", (p) => p.minPrice, 1n, 10n ** 24n],
  ["due_per_block", (p) => BigInt(p.duePerBlock), 1n, 10_000n],
  ["instance_deposit", (p) => p.instanceDeposit, 0n, 10n ** 30n],
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
  if (params.denom === "")
    faults.push({ pointer: "/params/denom", text: "expected a denom, got none" });
  return faults;
}

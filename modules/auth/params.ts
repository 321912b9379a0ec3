import type { ReadCtx } from "../../core/context.ts";
import type { Fault } from "../../core/module.ts";
import * as state from "./state.ts";
import type { Params } from "./types.ts";

export const defaultParams: Params = {
  maxMemoCharacters: 256n,
  txSigLimit: 7n,
  txSizeCostPerByte: 10n,
  sigVerifyCostEd25519: 590n,
  sigVerifyCostSecp256k1: 1000n,
};

// A memo is kept for ever; costs above the highest gas limit would lock everybody out.
const bounds = [
  ["maxMemoCharacters", "max_memo_characters", 1n, 65_536n],
  ["txSigLimit", "tx_sig_limit", 1n, 100n],
  ["txSizeCostPerByte", "tx_size_cost_per_byte", 1n, 10_000n],
  ["sigVerifyCostEd25519", "sig_verify_cost_ed25519", 1n, 1_000_000n],
  ["sigVerifyCostSecp256k1", "sig_verify_cost_secp256k1", 1n, 1_000_000n],
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

import type { Invariant } from "../../core/module.ts";
import { balances, owners, supplies } from "./state.ts";

export const supplyIsSumOfBalances: Invariant = (ctx) => {
  const sums = new Map<string, bigint>();
  for (const [[, denom], value] of balances.entries(ctx)) {
    sums.set(denom, (sums.get(denom) ?? 0n) + value);
  }
  for (const [denom, supply] of supplies.entries(ctx)) {
    const sum = sums.get(denom) ?? 0n;
    if (sum !== supply) return `supply of ${denom}: expected ${sum}, got ${supply}`;
    sums.delete(denom);
  }
  for (const [denom, sum] of sums) return `supply of ${denom}: expected ${sum}, got none`;
  return undefined;
};

/** Amounts below 0 do not parse; 0 is no entry. */
export const balancesAreAboveZero: Invariant = (ctx) => {
  for (const [[address, denom], value] of balances.entries(ctx)) {
    if (value <= 0n) return `balance of ${address}: expected more than 0, got ${value}${denom}`;
  }
  return undefined;
};

export const ownersAreBalances: Invariant = (ctx) => {
  let count = 0;
  for (const [denom, address] of owners.keys(ctx)) {
    if (!balances.has(ctx, [address, denom])) return `index: ${address} has no ${denom}`;
    count += 1;
  }
  const counted = [...balances.keys(ctx)].length;
  return count === counted ? undefined : `index: expected ${counted} entries, got ${count}`;
};

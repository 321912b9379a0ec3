import type { Invariant } from "../../core/module.ts";
import { accounts, addressByNumber, nextAccountNumber } from "./state.ts";

/** Numbers run from 0 without a gap, and each leads to its account. */
export const numbersNameAccounts: Invariant = (ctx) => {
  let expected = 0n;
  for (const [number, address] of addressByNumber.entries(ctx)) {
    if (number !== expected) return `account number: expected ${expected}, got ${number}`;
    const found = accounts.get(ctx, address)?.accountNumber;
    if (found !== number) return `account ${address}: expected number ${number}, got ${found}`;
    expected += 1n;
  }
  const next = nextAccountNumber.peek(ctx);
  if (next !== expected) return `next account number: expected ${expected}, got ${next}`;
  const count = BigInt([...accounts.keys(ctx)].length);
  return count === expected ? undefined : `accounts: expected ${expected}, got ${count}`;
};

import type { Invariant } from "../../core/module.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { accounts, addressByNumber, moduleNames, nextAccountNumber } from "./state.ts";

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

/** The list of module accounts names all of them and nothing else. */
export const moduleNamesAreComplete: Invariant = (ctx) => {
  let named = 0;
  for (const name of moduleNames.keys(ctx)) {
    const found = accounts.get(ctx, moduleAddress(name))?.moduleName;
    if (found !== name) return `module account ${name}: got ${found}`;
    named += 1;
  }
  let counted = 0;
  for (const account of accounts.values(ctx)) if (account.moduleName !== undefined) counted += 1;
  return named === counted ? undefined : `module accounts: expected ${counted}, got ${named}`;
};

import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { amount } from "../../core/math/integers.ts";
import { balances, owners, supplies } from "./state.ts";

const none = 0n as Amount;

export function balance(ctx: ReadCtx, address: Address, denom: string): Amount {
  return balances.get(ctx, [address, denom]) ?? none;
}

export function supply(ctx: ReadCtx, denom: string): Amount {
  return supplies.get(ctx, denom) ?? none;
}

/** The only writer of balances and of their index; zero is no entry. */
export function setBalance(
  ctx: Ctx,
  address: Address,
  denom: string,
  before: Amount,
  after: Amount,
): void {
  ctx.coins.balance(denom, after - before);
  if (after > 0n) balances.set(ctx, [address, denom], after);
  else if (before > 0n) balances.remove(ctx, [address, denom]);
  if (before === 0n && after > 0n) owners.add(ctx, [denom, address]);
  if (before > 0n && after === 0n) owners.remove(ctx, [denom, address]);
}

export function addBalance(ctx: Ctx, address: Address, denom: string, added: Amount): void {
  const before = balance(ctx, address, denom);
  setBalance(ctx, address, denom, before, amount(before + added));
}

/** The only writer of supplies; `delta` below 0 burns. */
export function changeSupply(ctx: Ctx, denom: string, delta: bigint): void {
  const after = amount(supply(ctx, denom) + delta);
  ctx.coins.supply(denom, delta);
  if (after > 0n) supplies.set(ctx, denom, after);
  else supplies.remove(ctx, denom);
}

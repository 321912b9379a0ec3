import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { BugError, sdkErrors } from "../../core/errors.ts";
import { amount } from "../../core/math/integers.ts";
import { ensureAccount, isModuleAddress } from "../auth/index.ts";
import { addBalance, balance, changeSupply, setBalance } from "./balances.ts";
import { coinText, type Coin } from "./coins.ts";
import { errors } from "./errors.ts";
import { emitBurn, emitCoinbase, emitCoinReceived, emitCoinSpent, emitTransfer } from "./events.ts";
import { params, sendEnabled } from "./state.ts";

/** The accounts that only modules move coins of. */
export const moduleAccounts = [
  "community_pool",
  "fee_collector",
  "registry",
  "staking",
  "tasks",
] as const;

/** A brand can be cast to: every entry checks again that nothing flows backwards (THREATS B6). */
function isNothing(value: Amount): boolean {
  return amount(value) === 0n;
}

/** Takes coins away; the refusal is sdk/5 in the SDK's words, before anything is written for that coin. */
export function spend(ctx: Ctx, from: Address, coins: readonly Coin[]): void {
  for (const coin of coins) {
    if (isNothing(coin.amount)) continue;
    const before = balance(ctx, from, coin.denom);
    if (before < coin.amount) {
      const spendable = coinText({ denom: coin.denom, amount: before });
      throw sdkErrors.insufficientFunds(
        `spendable balance ${spendable} is smaller than ${coinText(coin)}: insufficient funds`,
      );
    }
    setBalance(ctx, from, coin.denom, before, amount(before - coin.amount));
  }
  emitCoinSpent(ctx, from, coins);
}

export function receive(ctx: Ctx, to: Address, coins: readonly Coin[]): void {
  for (const coin of coins) {
    if (!isNothing(coin.amount)) addBalance(ctx, to, coin.denom, coin.amount);
  }
  ensureAccount(ctx, to);
  emitCoinReceived(ctx, to, coins);
}

/** Between any two accounts; the receiver's account is created when there is none. */
export function send(ctx: Ctx, from: Address, to: Address, coins: readonly Coin[]): void {
  spend(ctx, from, coins);
  receive(ctx, to, coins);
  emitTransfer(ctx, from, to, coins);
}

/** Refuses with sdk/4 to pay to an account of a module: its balance is the sum of its records (THREATS B15). */
export function requireReceiver(ctx: ReadCtx, to: Address): void {
  if (!isModuleAddress(ctx, to)) return;
  throw sdkErrors.unauthorized(`${to} is not allowed to receive funds: unauthorized`);
}

export function requireSendEnabled(ctx: ReadCtx, coins: readonly Coin[]): void {
  for (const { denom } of coins) {
    if (sendEnabled.get(ctx, denom) ?? params.get(ctx).defaultSendEnabled) continue;
    throw errors.sendDisabled(
      `${denom} transfers are currently disabled: send transactions are disabled`,
    );
  }
}

/** Amount 0 does nothing. Refuses with sdk/5. */
export function toModule(
  ctx: Ctx,
  from: Address,
  module: string,
  denom: string,
  value: Amount,
): void {
  if (isNothing(value)) return;
  const before = balance(ctx, from, denom);
  if (before < value) {
    throw sdkErrors.insufficientFunds(
      `spendable balance ${before}${denom} is smaller than ${value}${denom}: insufficient funds`,
    );
  }
  const to = moduleAddress(module);
  setBalance(ctx, from, denom, before, amount(before - value));
  addBalance(ctx, to, denom, value);
  emitTransfer(ctx, from, to, [{ denom, amount: value }]);
}

/** Amount 0 does nothing. A module that pays more than it has is a bug. */
export function fromModule(
  ctx: Ctx,
  module: string,
  to: Address,
  denom: string,
  value: Amount,
): void {
  if (isNothing(value)) return;
  const from = moduleAddress(module);
  takeFromModule(ctx, module, from, denom, value);
  addBalance(ctx, to, denom, value);
  ensureAccount(ctx, to);
  emitTransfer(ctx, from, to, [{ denom, amount: value }]);
}

/** Amount 0 does nothing; no event. */
export function moduleToModule(
  ctx: Ctx,
  fromName: string,
  toName: string,
  denom: string,
  value: Amount,
): void {
  if (isNothing(value)) return;
  takeFromModule(ctx, fromName, moduleAddress(fromName), denom, value);
  addBalance(ctx, moduleAddress(toName), denom, value);
}

function takeFromModule(
  ctx: Ctx,
  module: string,
  from: Address,
  denom: string,
  value: Amount,
): void {
  const before = balance(ctx, from, denom);
  if (before < value) {
    throw new BugError(`module ${module}: expected ${value}${denom}, got ${before}${denom}`);
  }
  setBalance(ctx, from, denom, before, amount(before - value));
}

/** New coins for a module's account. */
export function mint(ctx: Ctx, module: string, denom: string, value: Amount): void {
  if (isNothing(value)) return;
  const minter = moduleAddress(module);
  changeSupply(ctx, denom, value);
  addBalance(ctx, minter, denom, value);
  emitCoinbase(ctx, minter, [{ denom, amount: value }]);
}

/** Coins of a module's account cease to exist. */
export function burn(ctx: Ctx, module: string, denom: string, value: Amount): void {
  if (isNothing(value)) return;
  const burner = moduleAddress(module);
  takeFromModule(ctx, module, burner, denom, value);
  changeSupply(ctx, denom, -value);
  emitBurn(ctx, burner, [{ denom, amount: value }]);
}

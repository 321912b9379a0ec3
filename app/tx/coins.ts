import type { Amount } from "../../core/brand.ts";
import { compareAscii } from "../../core/bytes.ts";
import { sdkErrors } from "../../core/errors.ts";
import { amount, maxAmount, parseDecimal } from "../../core/math/integers.ts";
import type { Coin } from "../../proto/cosmos.ts";

export type FeeCoin = { readonly denom: string; readonly amount: Amount };

/** "123ucosm,5ustake", as wallets show them. */
export function coinsText(coins: readonly { denom: string; amount: bigint | string }[]): string {
  return coins.map(({ denom, amount: value }) => `${value}${denom}`).join(",");
}

/** Amounts that are not plain decimals (null, negative, too large) are sdk/13, as in the SDK. */
export function feeCoins(coins: readonly Coin[]): FeeCoin[] {
  return coins.map(({ denom, amount: text }) => {
    const value = parseDecimal(text);
    if (value === undefined || value > maxAmount) {
      const shown = coinsText(coins);
      throw sdkErrors.insufficientFee(`invalid fee provided: ${shown}: insufficient fee`);
    }
    return { denom, amount: amount(value) };
  });
}

/** Sorted by denom, each once, each above 0. */
export function areValid(coins: readonly FeeCoin[]): boolean {
  return coins.every(
    ({ denom, amount: value }, i) =>
      value > 0n &&
      denom.length > 0 &&
      (i === 0 || compareAscii(coins[i - 1]?.denom ?? "", denom) < 0),
  );
}

import type { Amount } from "../../core/brand.ts";
import { compareAscii } from "../../core/bytes.ts";
import type { Field } from "../../core/codec.ts";
import { sdkErrors, type TxError } from "../../core/errors.ts";
import { amount, maxAmount, parseDecimal } from "../../core/math/integers.ts";
import type { Coin as WireCoin } from "../../proto/cosmos.ts";

export type Coin = { readonly denom: string; readonly amount: Amount };

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function isDenomCharacter(code: number): boolean {
  // digits, '/' and ':' lie together; then - . _
  return isLetter(code) || (code >= 47 && code <= 58) || code === 45 || code === 46 || code === 95;
}

/** The SDK's rule: a letter, then 2 to 127 of letters, digits and / : . _ - */
export function isDenom(text: string): boolean {
  if (text.length < 3 || text.length > 128 || !isLetter(text.charCodeAt(0))) return false;
  for (let i = 1; i < text.length; i++) if (!isDenomCharacter(text.charCodeAt(i))) return false;
  return true;
}

/** "123ucosm" */
export function coinText(coin: { denom: string; amount: string | bigint }): string {
  return `${coin.amount}${coin.denom}`;
}

/** "123ucosm,5ustake" */
export function coinsText(coins: readonly { denom: string; amount: string | bigint }[]): string {
  return coins.map(coinText).join(",");
}

/** undefined, or what is wrong: denoms by the rule, ascending, once each; amounts canonical and above 0. */
export function coinsFault(coins: readonly WireCoin[]): string | undefined {
  let last = "";
  for (const coin of coins) {
    if (!isDenom(coin.denom)) return `denom: expected 3..128 characters, got "${coin.denom}"`;
    const value = parseDecimal(coin.amount);
    if (value === undefined || value > maxAmount) {
      return `amount: expected decimal digits up to 2^128-1, got "${coin.amount}"`;
    }
    if (value === 0n) return `amount of ${coin.denom}: expected more than 0, got 0`;
    if (compareAscii(last, coin.denom) >= 0) {
      return `denoms: expected ascending, got ${coin.denom} after ${last}`;
    }
    last = coin.denom;
  }
  return undefined;
}

export function invalidCoins(text: string): TxError {
  return sdkErrors.invalidCoins(`${text}: invalid coins`);
}

/** Coins of a message: not empty, each above 0; anything else is sdk/10. */
export const coinsField: Field<WireCoin[], Coin[]> = {
  fromWire(raw) {
    if (raw.length === 0) throw invalidCoins("");
    const fault = coinsFault(raw);
    if (fault !== undefined) throw invalidCoins(fault);
    return raw.map(coinOfWire);
  },
  toWire: (coins) => coins.map(wireOfCoin),
};

/** Of coins that were checked before. */
export function coinOfWire({ denom, amount: text }: WireCoin): Coin {
  return { denom, amount: amount(parseDecimal(text) ?? 0n) };
}

export function wireOfCoin(coin: Coin): WireCoin {
  return { denom: coin.denom, amount: coin.amount.toString() };
}

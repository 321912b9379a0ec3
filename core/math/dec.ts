import type { Dec } from "../brand.ts";
import { divCeil, divFloor, mulDivCeil, mulDivFloor, parseDecimal } from "./integers.ts";

/** 1.0 */
export const one = 10n ** 18n;

/** From the scaled integer that messages and state carry (the integer form of LegacyDec). */
export function dec(scaled: bigint): Dec {
  return scaled as Dec;
}

/** a/b as a Dec, floored to 1e-18. */
export function ratio(a: bigint, b: bigint): Dec {
  return dec(mulDivFloor(a, one, b));
}

export function mulFloor(a: bigint, b: Dec): bigint {
  return b === one && a >= 0n ? a : mulDivFloor(a, b, one);
}

export function mulCeil(a: bigint, b: Dec): bigint {
  return mulDivCeil(a, b, one);
}

export function quoFloor(a: bigint, b: Dec): bigint {
  return mulDivFloor(a, one, b);
}

/** Whole part, floored or rounded up. */
export function floorOf(a: Dec): bigint {
  return divFloor(a, one);
}

export function ceilOf(a: Dec): bigint {
  return divCeil(a, one);
}

/** "0.25" -> 0.25e18; at most 18 decimals, no sign, no exponent; undefined for anything else. */
export function parseDec(text: string): Dec | undefined {
  const dot = text.indexOf(".");
  const whole = parseDecimal(dot < 0 ? text : text.slice(0, dot));
  if (whole === undefined) return undefined;
  if (dot < 0) return dec(whole * one);
  const decimals = text.slice(dot + 1);
  if (decimals.length === 0 || decimals.length > 18) return undefined;
  const padded = parseDecimal("1" + decimals.padEnd(18, "0"));
  return padded === undefined ? undefined : dec(whole * one + padded - one);
}

/** 18 decimals, as LegacyDec prints: "0.500000000000000000". */
export function formatDec(value: Dec): string {
  const text = value.toString().padStart(19, "0");
  return `${text.slice(0, -18)}.${text.slice(-18)}`;
}

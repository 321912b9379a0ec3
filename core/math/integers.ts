import { BugError } from "../errors.ts";
import type { Amount } from "../brand.ts";

export const maxU64 = 2n ** 64n - 1n;
export const maxAmount = 2n ** 128n - 1n;

/** Throws when the value is below 0 or above 2^128-1: such an amount is a bug of its maker, never clamped. */
export function amount(raw: bigint): Amount {
  if (raw < 0n || raw > maxAmount) throw new BugError(`amount: expected 0..2^128-1, got ${raw}`);
  return raw as Amount;
}

function requireDivisor(a: bigint, divisor: bigint): void {
  if (divisor <= 0n) throw new BugError(`divisor: expected more than 0, got ${divisor}`);
  if (a < 0n) throw new BugError(`dividend: expected 0 or more, got ${a}`);
}

export function divFloor(a: bigint, divisor: bigint): bigint {
  requireDivisor(a, divisor);
  return a / divisor;
}

export function divCeil(a: bigint, divisor: bigint): bigint {
  requireDivisor(a, divisor);
  return (a + divisor - 1n) / divisor;
}

export function mod(a: bigint, divisor: bigint): bigint {
  requireDivisor(a, divisor);
  return a % divisor;
}

export function mulDivFloor(a: bigint, b: bigint, divisor: bigint): bigint {
  return divFloor(a * b, divisor);
}

export function mulDivCeil(a: bigint, b: bigint, divisor: bigint): bigint {
  return divCeil(a * b, divisor);
}

/** Floor of the square root by Newton's method; 0 or more. */
export function sqrtFloor(value: bigint): bigint {
  if (value < 0n) throw new BugError(`square root: expected 0 or more, got ${value}`);
  if (value < 2n) return value;
  let bits = 0n;
  for (let rest = value; rest > 0n; rest >>= 2n) bits += 1n;
  let x = 1n << bits;
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

export function sqrtCeil(value: bigint): bigint {
  const root = sqrtFloor(value);
  return root * root === value ? root : root + 1n;
}

/** Floor of log2; value >= 1. */
export function log2Floor(value: bigint): number {
  if (value < 1n) throw new BugError(`log2: expected 1 or more, got ${value}`);
  let log = 0;
  for (let rest = value >> 1n; rest > 0n; rest >>= 1n) log += 1;
  return log;
}

export function min<T extends bigint>(a: T, b: T): T {
  return a < b ? a : b;
}

export function max<T extends bigint>(a: T, b: T): T {
  return a > b ? a : b;
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

/**
 * Canonical decimal text only: "0" or no leading zero, digits alone, at most 39 of them (THREATS D12: BigInt("")
 * is 0n and BigInt(" 0x1F ") is 31n). undefined for anything else.
 */
export function parseDecimal(text: string): bigint | undefined {
  if (text.length === 0 || text.length > 39) return undefined;
  if (text.length > 1 && text.charCodeAt(0) === 48) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  return BigInt(text);
}

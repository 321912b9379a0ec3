import { maxU64, mulDivFloor } from "./integers.ts";
import { halvingRoots } from "./decayTable.ts";

// Below 2^-128 of any value that fits an amount or a Dec nothing is left.
const mostHalvings = 256n;

/** 2^(-dt / half-life) as whole halvings and a fraction of 2^128. */
export type Halvings = { readonly whole: bigint; readonly fraction: bigint };

/**
 * The factor of an age, by a fixed table of powers, rounded down at each step. Its relative error is below 2^-63, and
 * it never grows with dt: neighbouring ages that the 64 bits of the fraction tell apart differ by more than the
 * rounding of 64 products.
 */
export function halvings(dtMs: bigint, halfLifeMs: bigint): Halvings {
  const bits = mulDivFloor(dtMs, maxU64 + 1n, halfLifeMs);
  let fraction = 1n << 128n;
  let bit = 1n << 63n;
  for (const root of halvingRoots) {
    if ((bits & bit) !== 0n) fraction = (fraction * root) >> 128n;
    bit >>= 1n;
  }
  return { whole: bits >> 64n, fraction };
}

/** value x 2^(-dt / half-life), floored. */
export function decayed<T extends bigint>(value: T, { whole, fraction }: Halvings): T {
  if (whole >= mostHalvings) return 0n as T;
  return ((value * fraction) >> (128n + whole)) as T;
}

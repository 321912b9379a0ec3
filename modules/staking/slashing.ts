import type { Amount, Dec } from "../../core/brand.ts";
import { BugError } from "../../core/errors.ts";
import { dec, mulCeil, mulFloor, one } from "../../core/math/dec.ts";
import { amount, divCeil, max, min, mulDivCeil, sqrtCeil } from "../../core/math/integers.ts";
import { Role } from "../registry/index.ts";

// The arithmetic of PROTOCOL 12: plain values in and out.

/** b: what a full-severity fault of this role costs, alone and for the first time. */
function baseOf(role: Role): bigint {
  if (role === Role.ROLE_EMITTER) return 2n * 10n ** 17n;
  if (role === Role.ROLE_VALIDATOR) return 4n * 10n ** 17n;
  if (role === Role.ROLE_EXECUTOR) return 5n * 10n ** 17n;
  throw new BugError(`role: expected 1..3, got ${role}`);
}

/** n^(-1/4) by two integer square roots, each rounded up; 1 for n = 1. */
function inverseFourthRoot(n: bigint): bigint {
  const inverseRoot = sqrtCeil(divCeil(one * one, n));
  return sqrtCeil(inverseRoot * one);
}

const maxRepeats = 4n;

/**
 * f = min(1, b * severity * (1 + min(r, 4)/2) * n^(-1/4)) [M 4.2], rounded up once: against the offender. An
 * executor acts alone, so its n is 1 whatever is given.
 */
export function slashFraction(fault: {
  readonly role: Role;
  readonly severity: Dec;
  readonly n: bigint;
  readonly repeats: bigint;
}): Dec {
  const { role, severity, repeats } = fault;
  const n = role === Role.ROLE_EXECUTOR ? 1n : fault.n;
  if (n < 1n) throw new BugError(`n: expected at least 1, got ${n}`);
  const twice = baseOf(role) * severity * (2n + min(repeats, maxRepeats)) * inverseFourthRoot(n);
  return dec(min(one, divCeil(twice, 2n * one * one)));
}

/** ceil(f * base), at least 1 unit, so that no fault is free (THREATS B10). */
export function slashAmount(fraction: Dec, base: Amount): Amount {
  return amount(max(1n, mulCeil(base, fraction)));
}

export type Split = { readonly bounty: Amount; readonly pool: Amount; readonly burned: Amount };

/** Where taken coins go: bounty first, then the burned share, both floored; the community pool gains the rest. */
export function splitOf(taken: Amount, toPool: Dec, bountyShare: Dec): Split {
  const bounty = mulFloor(taken, bountyShare);
  const rest = taken - bounty;
  const burned = mulFloor(rest, dec(one - toPool));
  return { bounty: amount(bounty), pool: amount(rest - burned), burned: amount(burned) };
}

/** ceil(amount * rate * remaining / committed): 0 once the commitment is over. */
export function earlyExitPenalty(
  value: Amount,
  rate: Dec,
  remaining: bigint,
  committed: bigint,
): Amount {
  if (remaining <= 0n) return amount(0n);
  return amount(mulDivCeil(value * rate, min(remaining, committed), committed * one));
}

/** jail_ms * 2^r, capped. */
export function jailLength(jailMs: bigint, repeats: bigint, maxJailMs: bigint): bigint {
  return repeats >= 64n ? maxJailMs : min(jailMs << repeats, maxJailMs);
}

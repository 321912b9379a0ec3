import type { Amount } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { max } from "../../core/math/integers.ts";
import { highestActiveRelease, isName, type Release, type Role } from "../registry/index.ts";
import { seatsBacked } from "./bonds.ts";
import { errors } from "./errors.ts";
import { maxCommitmentMs } from "./params.ts";
import { params } from "./state.ts";
import { BondStatus, type Bond } from "./types.ts";

const maxCapacity = 64;

// Stateless.

export function checkService(service: string): void {
  if (!isName(service)) throw errors.invalidService(`service: expected a name, got "${service}"`);
}

export function checkPositive(value: Amount): void {
  if (value === 0n) throw errors.invalidAmount("amount: expected more than 0, got 0");
}

export function checkRoles(roles: readonly Role[]): void {
  let previous = 0;
  for (const role of roles) {
    if (role <= previous || role > 3) {
      throw errors.invalidRoles(`roles: expected 1..3 ascending, got "${roles.join(",")}"`);
    }
    previous = role;
  }
  if (roles.length === 0) throw errors.invalidRoles("roles: expected at least one, got none");
}

export function checkCapacity(capacity: number): void {
  if (capacity >= 1 && capacity <= maxCapacity) return;
  throw errors.invalidCapacity(`capacity: expected 1..${maxCapacity}, got ${capacity}`);
}

export function checkCommitment(commitmentMs: bigint): void {
  if (commitmentMs >= 1n && commitmentMs <= maxCommitmentMs) return;
  throw errors.invalidCommitment(
    `commitment_ms: expected 1..${maxCommitmentMs}, got ${commitmentMs}`,
  );
}

export function checkEncryptionKey(key: Uint8Array): void {
  if (key.length === 0 || key.length === 32) return;
  throw errors.invalidKey(`encryption_key: expected 32 bytes or none, got ${key.length}`);
}

// Against state.

export function requireActiveRelease(ctx: ReadCtx, service: string): Release {
  const release = highestActiveRelease(ctx, service);
  if (release !== undefined) return release;
  throw errors.noActiveRelease(`service: expected one with an active release, got "${service}"`);
}

/** The least that may be bonded now; a service without an active release asks for the parameter alone. */
export function leastBond(ctx: ReadCtx, release: Release | undefined): Amount {
  const { minBond } = params.get(ctx);
  return max(minBond, release?.definition.minBond ?? minBond);
}

export function requireLeastBond(ctx: ReadCtx, release: Release | undefined, value: bigint): void {
  const least = leastBond(ctx, release);
  if (value < least) throw errors.belowMinBond(`amount: expected at least ${least}, got ${value}`);
}

export function requireLongEnough(
  ctx: ReadCtx,
  release: Release | undefined,
  commitmentMs: bigint,
): void {
  const least = max(params.get(ctx).minCommitmentMs, release?.definition.minCommitmentMs ?? 0n);
  if (commitmentMs >= least) return;
  throw errors.commitmentTooShort(`commitment_ms: expected at least ${least}, got ${commitmentMs}`);
}

export function requireBacked(capacity: number, value: bigint, minBond: Amount): void {
  const most = seatsBacked(value, minBond);
  if (BigInt(capacity) <= most) return;
  throw errors.capacityTooLarge(`capacity: expected at most ${most}, got ${capacity}`);
}

export function requireStaying(bond: Bond): void {
  if (bond.status !== BondStatus.BOND_STATUS_LEAVING) return;
  throw errors.leaving(
    `bond of ${bond.node} to ${bond.service}: expected one that stays, got leaving`,
  );
}

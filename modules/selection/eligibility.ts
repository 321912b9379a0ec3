import type { ReadCtx } from "../../core/context.ts";
import { BondStatus } from "../../proto/gen/assay/staking/v1/staking.ts";
import { ReleaseStatus, type Instance, type Release, type Role } from "../registry/index.ts";
import * as staking from "../staking/index.ts";
import type { Bond } from "../staking/index.ts";

/** Why a bonded node is no candidate; each node has one reason, the first of this list that holds. */
export const reasons = [
  "leaving",
  "jailed",
  "not yet active",
  "slash held",
  "missing",
  "lease lapsed",
  "other role",
  "below minimum bond",
  "at capacity",
  "no instance",
  "release yanked",
  "input too large",
  "own node",
  "after the request",
] as const;
export type Reason = (typeof reasons)[number];

export type Filtered = { readonly reason: Reason; readonly count: number };

/** What holds for all roles and versions of the service (PROTOCOL 7.1). */
export function nodeReason(ctx: ReadCtx, bond: Bond): Reason | undefined {
  if (bond.status === BondStatus.BOND_STATUS_LEAVING) return "leaving";
  if (bond.status !== BondStatus.BOND_STATUS_ACTIVE || bond.tombstoned) return "jailed";
  if (staking.countingStake(ctx, bond) === 0n) return "not yet active";
  if (bond.heldSlashes > 0) return "slash held";
  if (bond.missing) return "missing";
  return staking.isAlive(ctx, bond.node) ? undefined : "lease lapsed";
}

/**
 * What depends on the release and the role; min_bond and capacity bind the stake of now. "release yanked" is the last:
 * a node that has it could serve, so open work of the release goes on with it.
 */
export function releaseReason(
  bond: Bond,
  role: Role,
  release: Release,
  instance: Instance | undefined,
): Reason | undefined {
  if (!bond.roles.includes(role)) return "other role";
  const { minBond } = release.definition;
  if (!staking.meetsMinBond(bond, minBond)) return "below minimum bond";
  if (bond.openSeats >= staking.capacityFor(bond, minBond)) return "at capacity";
  if (instance?.version !== release.version) return "no instance";
  return release.status === ReleaseStatus.RELEASE_STATUS_YANKED ? "release yanked" : undefined;
}

/** Counts by reason, in the order of the list. */
export class ReasonCounts {
  readonly #counts = new Map<Reason, number>();

  constructor(filtered: readonly Filtered[] = []) {
    for (const { reason, count } of filtered) this.add(reason, count);
  }

  add(reason: Reason, count = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  list(): Filtered[] {
    return reasons.flatMap((reason) => {
      const count = this.#counts.get(reason);
      return count === undefined ? [] : [{ reason, count }];
    });
  }
}

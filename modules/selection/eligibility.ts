import type { ReadCtx } from "../../core/context.ts";
import { BondStatus } from "../../proto/gen/assay/staking/v1/staking.ts";
import { ReleaseStatus, type Instance, type Release, type Role } from "../registry/index.ts";
import * as staking from "../staking/index.ts";
import type { Bond, BondStanding } from "../staking/index.ts";

/** Why a bonded node is no candidate; each node has one reason, the first of this list that holds. */
export const reasons = [
  "other role",
  "leaving",
  "jailed",
  "not yet active",
  "slash held",
  "missing",
  "lease lapsed",
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
export function nodeReason(
  ctx: ReadCtx,
  bond: Bond,
  standing: BondStanding = staking.bondStandings(ctx).ofBond(bond),
): Reason | undefined {
  if (bond.status === BondStatus.BOND_STATUS_LEAVING) return "leaving";
  if (bond.status !== BondStatus.BOND_STATUS_ACTIVE || bond.tombstoned) return "jailed";
  if (standing.stake === 0n) return "not yet active";
  if (bond.heldSlashes > 0) return "slash held";
  if (bond.missing) return "missing";
  return standing.alive ? undefined : "lease lapsed";
}

/** What depends on the release; min_bond and capacity bind the stake of now. */
export function releaseReason(
  bond: Bond,
  release: Release,
  capacity: number,
  instance: Instance | undefined,
): Reason | undefined {
  if (!staking.meetsMinBond(bond, release.definition.minBond)) return "below minimum bond";
  if (bond.openSeats >= capacity) return "at capacity";
  if (instance?.version !== release.version) return "no instance";
  return release.status === ReleaseStatus.RELEASE_STATUS_YANKED ? "release yanked" : undefined;
}

/** Seats that the bond may hold for the release. */
export function capacityOn(bond: Bond, { definition }: Release): number {
  return staking.capacityFor(bond, definition.minBond);
}

/**
 * What keeps a node that is fit from that role. "release yanked" is the last reason: a node that has it could serve, so
 * open work of the release goes on with it.
 */
export function seatReason(
  bond: Bond,
  role: Role,
  release: Release,
  instance: Instance | undefined,
): Reason | undefined {
  if (!bond.roles.includes(role)) return "other role";
  return releaseReason(bond, release, capacityOn(bond, release), instance);
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

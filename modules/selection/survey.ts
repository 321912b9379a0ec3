import type { Address, Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import * as clock from "../clock/index.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages, Standing } from "../reputation/index.ts";
import * as staking from "../staking/index.ts";
import type { Bond } from "../staking/index.ts";
import { nodeReason, type Reason } from "./eligibility.ts";
import { commitmentFactor } from "./weights.ts";

/** The factors of a bonded node that are the same for all roles, versions and keys of its service. */
export type Fit = {
  readonly stake: Amount;
  readonly commitment: Dec;
  readonly standing: Standing;
  readonly uptime: Dec;
};

/** One bonded node of a service: fit to be drawn, or why not. */
export type Surveyed = { readonly bond: Bond } & (
  { readonly reason: Reason } | { readonly reason: undefined; readonly fit: Fit }
);

/** All bonded nodes of a service in address order. */
export function survey(ctx: ReadCtx, service: string, ages: Ages): Surveyed[] {
  const standings = reputation.standings(ctx, service, ages);
  const surveyed = surveyor(ctx);
  return Array.from(staking.bondsOfService(ctx, service), (bond) =>
    surveyed(bond, () => standings.of(bond.node)),
  );
}

/**
 * One bonded node as `survey` finds it, by look-ups of its own; undefined for a node without a bond. Of an older
 * survey's node whose bond alone changed since, the rest is taken over.
 */
export function surveyOne(
  ctx: ReadCtx,
  service: string,
  ages: Ages,
): (node: Address, older: Surveyed | undefined, bondAlone: boolean) => Surveyed | undefined {
  const surveyed = surveyor(ctx);
  return (node, older, bondAlone) => {
    const bond = staking.findBond(ctx, service, node);
    if (bond === undefined) return undefined;
    const fit = older?.reason === undefined ? older?.fit : undefined;
    if (fit !== undefined && bondAlone)
      return surveyed(bond, () => fit.standing, { alive: true, uptime: fit.uptime });
    return surveyed(bond, () => {
      const standing = reputation.standing(ctx, { service, node }, ages);
      return fit !== undefined && isSame(fit.standing, standing) ? fit.standing : standing;
    });
  };
}

/** What follows from a standing goes by its identity: work of this epoch changes none. */
function isSame(a: Standing, b: Standing): boolean {
  return a.repService === b.repService && a.incidentFactor === b.incidentFactor;
}

type Surveyor = (
  bond: Bond,
  standingOf: () => Standing,
  ofLife?: { readonly alive: boolean; readonly uptime: Dec },
) => Surveyed;

/** Clock and parameters are read once. C counts from the epoch's start, as S, P and I do: within one it rests. */
function surveyor(ctx: ReadCtx): Surveyor {
  const bondedOf = staking.bondStandings(ctx);
  const epochStart = clock.epochStartMs(ctx);
  return (bond, standingOf, ofLife) => {
    const bonded = bondedOf(bond, ofLife);
    const reason = nodeReason(ctx, bond, bonded);
    if (reason !== undefined) return { bond, reason };
    const commitment = commitmentFactor(bond.committedUntilMs - epochStart);
    const { stake, uptime } = bonded;
    return { bond, reason, fit: { stake, commitment, standing: standingOf(), uptime } };
  };
}

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

type Unfit = { readonly bond: Bond; readonly reason: Reason };
type Fitting = { readonly bond: Bond; readonly reason: undefined; readonly fit: Fit };
/** One bonded node of a service: fit to be drawn, or why not. */
export type Surveyed = Unfit | Fitting;

/** All bonded nodes of a service in address order. */
export function survey(ctx: ReadCtx, service: string, ages: Ages): Surveyed[] {
  const standings = reputation.standings(ctx, service, ages);
  const surveyed = surveyor(ctx);
  return Array.from(staking.bondsOfService(ctx, service), (bond) =>
    surveyed(bond, () => standings.of(bond.node)),
  );
}

/**
 * One bonded node as `survey` finds it, by look-ups of its own; undefined for a node without a bond. Of a survey of the
 * same epoch and slot, what did not change is taken over; `bondAlone`: nothing but its bond did.
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
    const was = older?.reason === undefined ? older : undefined;
    if (was !== undefined && bondAlone) {
      const { standing, uptime } = was.fit;
      return surveyed(bond, () => standing, was, { alive: true, uptime });
    }
    return surveyed(bond, () => reputation.standing(ctx, { service, node }, ages), was);
  };
}

/** What follows from a fit or a standing goes by its identity: seats and work of this epoch change none. */
function settled(older: Fit | undefined, fit: Fit): Fit {
  if (older === undefined) return fit;
  const { standing } = older;
  if (
    standing.repService !== fit.standing.repService ||
    standing.incidentFactor !== fit.standing.incidentFactor
  )
    return fit;
  const { stake, commitment, uptime } = fit;
  return older.stake === stake && older.commitment === commitment && older.uptime === uptime
    ? older
    : { stake, commitment, standing, uptime };
}

type Surveyor = (
  bond: Bond,
  standingOf: () => Standing,
  was?: Fitting,
  ofLife?: { readonly alive: boolean; readonly uptime: Dec },
) => Surveyed;

/** Clock and parameters are read once. C counts from the epoch's start, as S, P and I do: within one it rests. */
function surveyor(ctx: ReadCtx): Surveyor {
  const bondedOf = staking.bondStandings(ctx);
  const epochStart = clock.epochStartMs(ctx);
  return (bond, standingOf, was, ofLife) => {
    const bonded = bondedOf(bond, ofLife);
    const reason = nodeReason(ctx, bond, bonded);
    if (reason !== undefined) return { bond, reason };
    const until = bond.committedUntilMs;
    const commitment =
      was?.bond.committedUntilMs === until
        ? was.fit.commitment
        : commitmentFactor(until - epochStart);
    const { stake, uptime } = bonded;
    const fit = settled(was?.fit, { stake, commitment, standing: standingOf(), uptime });
    return { bond, reason, fit };
  };
}

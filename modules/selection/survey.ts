import type { Address, Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import * as clock from "../clock/index.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages, Incidents, Standing } from "../reputation/index.ts";
import * as staking from "../staking/index.ts";
import type { Bond, Life } from "../staking/index.ts";
import { nodeReason, type Reason } from "./eligibility.ts";
import { commitmentFactor } from "./weights.ts";

/** The factors of a bonded node that are the same for all roles, versions and keys of its service. */
export type Fit = {
  readonly stake: Amount;
  readonly commitment: Dec;
  readonly standing: Standing;
  readonly uptime: Dec;
};

/** What is stored of a bonded node: with the time it gives all that a survey finds. */
type Records = {
  readonly bond: Bond;
  readonly life: Life | undefined;
  readonly incidents: Incidents | undefined;
};
type Unfit = Records & { readonly reason: Reason };
type Fitting = Records & { readonly reason: undefined; readonly fit: Fit };
/** One bonded node of a service: fit to be drawn, or why not. */
export type Surveyed = Unfit | Fitting;

/** All bonded nodes of a service in address order. */
export function survey(ctx: ReadCtx, service: string, ages: Ages): Surveyed[] {
  const incidents = reputation.incidentsUnder(ctx, service);
  const surveyed = surveyor(ctx, ages);
  return Array.from(staking.bondsOfService(ctx, service), (bond) =>
    surveyed(recordsOf(bond, staking.findLife(ctx, bond.node), incidents.get(bond.node))),
  );
}

/** Nodes of an older survey whose records are the same, at the time of now. */
export function surveyAgain(ctx: ReadCtx, nodes: readonly Surveyed[], ages: Ages): Surveyed[] {
  const surveyed = surveyor(ctx, ages);
  return nodes.map((records) => surveyed(records));
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
  const surveyed = surveyor(ctx, ages);
  return (node, older, bondAlone) => {
    const bond = staking.findBond(ctx, service, node);
    if (bond === undefined) return undefined;
    const was = older?.reason === undefined ? older : undefined;
    if (older !== undefined && bondAlone)
      return surveyed(recordsOf(bond, older.life, older.incidents), was, true);
    const incidents = reputation.findIncidents(ctx, { service, node });
    return surveyed(recordsOf(bond, staking.findLife(ctx, node), incidents), was);
  };
}

function recordsOf(bond: Bond, life: Life | undefined, incidents: Incidents | undefined): Records {
  return { bond, life, incidents };
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

type Surveyor = (records: Records, was?: Fitting, bondAlone?: boolean) => Surveyed;

/** Clock and parameters are read once. C counts from the epoch's start, as S, P and I do: within one it rests. */
function surveyor(ctx: ReadCtx, ages: Ages): Surveyor {
  const { ofBond, ofLife } = staking.bondStandings(ctx);
  const epochStart = clock.epochStartMs(ctx);
  return ({ bond, life, incidents }, was, bondAlone = false) => {
    const known = bondAlone ? was?.fit : undefined;
    const ofNode = known === undefined ? ofLife(life) : { alive: true, uptime: known.uptime };
    const { stake, alive, uptime } = ofBond(bond, ofNode);
    const reason = nodeReason(ctx, bond, { stake, alive, uptime });
    if (reason !== undefined) return { bond, life, incidents, reason };
    const until = bond.committedUntilMs;
    const commitment =
      was?.bond.committedUntilMs === until
        ? was.fit.commitment
        : commitmentFactor(until - epochStart);
    const standing = known?.standing ?? reputation.standingFrom(incidents, ages);
    const fit = settled(was?.fit, { stake, commitment, standing, uptime });
    return { bond, life, incidents, reason, fit };
  };
}

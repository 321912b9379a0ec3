import type { Address, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { max, sum } from "../../core/math/integers.ts";
import {
  findInstance,
  findRelease,
  findTask,
  type Instance,
  type Release,
  type Role,
} from "../registry/index.ts";
import * as reputation from "../reputation/index.ts";
import { agesAt, type Ages } from "../reputation/index.ts";
import type { Bond } from "../staking/index.ts";
import {
  capacityOn,
  ReasonCounts,
  releaseReason,
  type Filtered,
  type Reason,
} from "./eligibility.ts";
import { errors } from "./errors.ts";
import { survey, type Fit, type Surveyed } from "./survey.ts";
import { loadFactor, weighted, type Candidate, type Factors } from "./weights.ts";

/** Whose turn it may be: one table serves all draws of a block that name the same four. */
export type TableKey = {
  readonly service: string;
  readonly version: string;
  readonly taskKey: string;
  readonly role: Role;
};

export type Table = TableKey & {
  /** In address order. */
  readonly candidates: readonly Candidate[];
  /** Height at which the candidate's bond or instance was made, whichever is later. */
  readonly since: readonly bigint[];
  /** mean(w/S) over all eligible, before any exclusion. */
  readonly mean: Dec;
  /** Sum of the drawn weights. */
  readonly total: bigint;
  readonly filtered: readonly Filtered[];
};

export function requireRelease(ctx: ReadCtx, service: string, version: string): Release {
  const release = findRelease(ctx, service, version);
  if (release === undefined)
    throw errors.unknownRelease(`release: expected a published one, got ${service} ${version}`);
  return release;
}

/** A bonded node with its announcement for the release at hand: what both roles' tables share. */
export type Announced = Fitting | ({ readonly bond: Bond; readonly reason: Reason } & LookedUp);
/** The node's announcement for the service, where it was asked for. */
type LookedUp = { readonly looked?: { readonly instance: Instance | undefined } };
export type Fitting = LookedUp & {
  readonly bond: Bond;
  readonly reason: undefined;
  readonly fit: Fit;
  readonly load: Dec;
  /** Height at which bond or instance was made, whichever is later. */
  readonly since: bigint;
};

/** One look-up a bonded node, not a walk: announcements cost little, and anybody may have made many. */
export function announced(ctx: ReadCtx, release: Release, nodes: readonly Surveyed[]): Announced[] {
  return nodes.map((node) => announcedBy(ctx, release, node));
}

/** `was`: of before, where the node's announcement is still that one. */
export function announcedBy(
  ctx: ReadCtx,
  release: Release,
  node: Surveyed,
  was?: Announced,
): Announced {
  if (node.reason !== undefined) return node;
  const { bond, fit } = node;
  const looked = was?.looked ?? { instance: findInstance(ctx, release.service, bond.node) };
  const { instance } = looked;
  const capacity = capacityOn(bond, release);
  const reason = releaseReason(bond, release, capacity, instance);
  if (reason !== undefined) return { bond, reason, looked };
  const since = max(bond.bondedHeight, instance?.announcedHeight ?? 0n);
  return { bond, reason, fit, load: loadFactor(bond.openSeats, capacity), since, looked };
}

export function factorsOf(announced: Fitting, performance: Dec): Factors {
  const { fit, load } = announced;
  const { stake, commitment, uptime } = fit;
  const incidents = fit.standing.incidentFactor;
  const { node } = announced.bond;
  return { node, stake, commitment, performance, incidents, uptime, load };
}

/** The table of PROTOCOL 7.1 over the nodes of a service. */
export function tableOf(
  ctx: ReadCtx,
  key: TableKey,
  nodes: readonly Announced[],
  ages: Ages,
): Table {
  const { service, taskKey, role } = key;
  const counters = reputation.countersUnder(ctx, { service, role, key: taskKey });
  const counts = new ReasonCounts();
  const eligible: Factors[] = [];
  const since: bigint[] = [];
  for (const announced of nodes) {
    const { bond, reason } = announced;
    if (!bond.roles.includes(role)) {
      counts.add("other role");
    } else if (reason !== undefined) {
      counts.add(reason);
    } else {
      const { standing } = announced.fit;
      const performance = reputation.performanceFrom(counters.get(bond.node), ages, standing);
      eligible.push(factorsOf(announced, performance));
      since.push(announced.since);
    }
  }
  const { candidates, mean } = weighted(eligible);
  return { ...key, candidates, since, mean, total: totalOf(candidates), filtered: counts.list() };
}

function totalOf(candidates: readonly Candidate[]): bigint {
  return sum(candidates.map(({ drawnWeight }) => drawnWeight));
}

/** What one request leaves out of a table. */
export type Exclusions = {
  /** Its own node is never drawn. */
  readonly requester?: Address;
  /** Bonds and instances made after the request are not seen. */
  readonly notAfterHeight?: bigint;
};

export function exclusionOf(table: Table, index: number, excluded: Exclusions): Reason | undefined {
  if (table.candidates[index]?.node === excluded.requester) return "own node";
  const { notAfterHeight } = excluded;
  if (notAfterHeight === undefined) return undefined;
  return (table.since[index] ?? 0n) > notAfterHeight ? "after the request" : undefined;
}

/** The table without what `reasonOf` names; the mean and all weights stay as they are. */
function filteredBy(table: Table, reasonOf: (index: number) => Reason | undefined): Table {
  const counts = new ReasonCounts(table.filtered);
  const candidates: Candidate[] = [];
  const since: bigint[] = [];
  for (const [i, candidate] of table.candidates.entries()) {
    const reason = reasonOf(i);
    if (reason !== undefined) {
      counts.add(reason);
      continue;
    }
    candidates.push(candidate);
    since.push(table.since[i] ?? 0n);
  }
  return { ...table, candidates, since, total: totalOf(candidates), filtered: counts.list() };
}

/** The table of one request, worked out from the state of now. */
export function candidates(
  ctx: ReadCtx,
  request: TableKey & Exclusions & { readonly inputSize?: bigint },
): Table {
  const { service, version, taskKey, role, inputSize = 0n, ...excluded } = request;
  const key = { service, version, taskKey, role };
  const release = requireRelease(ctx, service, version);
  const task = findTask(release, taskKey);
  if (task === undefined)
    throw errors.unknownTask(`task key: expected one of ${service} ${version}, got ${taskKey}`);
  const ages = agesAt(ctx);
  const nodes = announced(ctx, release, survey(ctx, service, ages));
  const table = tableOf(ctx, key, nodes, ages);
  const tooLarge = inputSize > BigInt(task.maxInput);
  return filteredBy(table, (i) => (tooLarge ? "input too large" : exclusionOf(table, i, excluded)));
}

import type { Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
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
  const nodes: Surveyed[] = [];
  const standings = reputation.standings(ctx, service, ages);
  const standingOf = staking.bondStandings(ctx);
  for (const bond of staking.bondsOfService(ctx, service)) {
    const bonded = standingOf(bond);
    const reason = nodeReason(ctx, bond, bonded);
    if (reason !== undefined) {
      nodes.push({ bond, reason });
      continue;
    }
    const commitment = commitmentFactor(bond.committedUntilMs - ctx.block.timeMs);
    const standing = standings.of(bond.node);
    const { stake, uptime } = bonded;
    nodes.push({ bond, reason, fit: { stake, commitment, standing, uptime } });
  }
  return nodes;
}

import type { Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages, Standing, Standings } from "../reputation/index.ts";
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

function surveyed(ctx: ReadCtx, bond: Bond, standings: Standings): Surveyed {
  const reason = nodeReason(ctx, bond);
  if (reason !== undefined) return { bond, reason };
  return {
    bond,
    reason,
    fit: {
      stake: staking.countingStake(ctx, bond),
      commitment: commitmentFactor(bond.committedUntilMs - ctx.block.timeMs),
      standing: standings.of(bond.node),
      uptime: staking.uptime(ctx, bond.node),
    },
  };
}

/** All bonded nodes of a service in address order. */
export function survey(ctx: ReadCtx, service: string, ages: Ages): Surveyed[] {
  const nodes: Surveyed[] = [];
  const standings = reputation.standings(ctx, service, ages);
  for (const bond of staking.bondsOfService(ctx, service))
    nodes.push(surveyed(ctx, bond, standings));
  return nodes;
}

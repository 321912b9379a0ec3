import type { Ctx, ReadCtx } from "../../core/context.ts";
import { contributors, contributorSet } from "./state.ts";
import type { Contributor, ContributorSet } from "./types.ts";

const nobody: ContributorSet = { count: 0, power: 0n };

export function contributorTotals(ctx: ReadCtx): ContributorSet {
  return contributorSet.find(ctx) ?? nobody;
}

export function consensusValidators(ctx: ReadCtx): number {
  return contributorTotals(ctx).count;
}

export function addContributor(ctx: Ctx, contributor: Contributor): void {
  const { count, power } = contributorTotals(ctx);
  contributors.set(ctx, contributor.consAddress, contributor);
  contributorSet.set(ctx, { count: count + 1, power: power + contributor.power });
}

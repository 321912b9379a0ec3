import type { Address } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { epoch } from "../clock/index.ts";
import { findInstance, Role } from "../registry/index.ts";
import { bondsOfService, bondStandings, type Bond } from "../staking/index.ts";
import { nodeReason, seatReason, type Reason } from "./eligibility.ts";
import { requireRelease } from "./table.ts";

/**
 * Whether 1 + count seats could be drawn now; a bond that starts with the next epoch counts, because the block of a
 * request may carry an old time (PROTOCOL 9). Stops at the first bonds that suffice: no table, no weights.
 */
export function couldFill(
  ctx: ReadCtx,
  request: {
    readonly service: string;
    readonly version: string;
    readonly count: number;
    readonly requester?: Address;
  },
): boolean {
  const { service, version, count, requester } = request;
  const release = requireRelease(ctx, service, version);
  const next = epoch(ctx) + 1n;
  const standings = bondStandings(ctx);
  let executors = 0;
  let validators = 0;
  let owners = 0;
  for (const bond of bondsOfService(ctx, service)) {
    const reason = nodeReason(ctx, bond, standings.ofBond(bond));
    if (bond.node === requester || !willCount(bond, next, reason)) continue;
    const instance = findInstance(ctx, service, bond.node);
    const fits = (role: Role): boolean => seatReason(bond, role, release, instance) === undefined;
    const executes = fits(Role.ROLE_EXECUTOR);
    const validates = fits(Role.ROLE_VALIDATOR);
    if (executes) executors++;
    if (validates) validators++;
    if (executes || validates) owners++;
    if (executors >= 1 && validators >= count && owners >= 1 + count) return true;
  }
  return false;
}

function willCount(bond: Bond, nextEpoch: bigint, reason: Reason | undefined): boolean {
  return reason === undefined || (reason === "not yet active" && bond.activeFromEpoch <= nextEpoch);
}

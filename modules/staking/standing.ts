import type { Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { dec } from "../../core/math/dec.ts";
import { epoch, slot } from "../clock/index.ts";
import { stakeAt } from "./bonds.ts";
import { leaseHolds, uptimeOf } from "./life.ts";
import { lives, params } from "./state.ts";
import type { Bond } from "./types.ts";

/** What countingStake, isAlive and uptime say of one bond. */
export type BondStanding = {
  readonly stake: Amount;
  readonly alive: boolean;
  readonly uptime: Dec;
};

/** The same answers for all bonds of a walk: clock and parameters are read once, a life only where it is not known. */
export function bondStandings(
  ctx: ReadCtx,
): (bond: Bond, ofLife?: Omit<BondStanding, "stake">) => BondStanding {
  const nowEpoch = epoch(ctx);
  const nowSlot = slot(ctx);
  const { leaseSlots } = params.get(ctx);
  return (bond, ofLife) => {
    const stake = stakeAt(bond, nowEpoch);
    if (ofLife !== undefined) return { stake, ...ofLife };
    const life = lives.get(ctx, bond.node);
    if (life === undefined) return { stake, alive: false, uptime: dec(0n) };
    const alive = leaseHolds(life, nowSlot, leaseSlots);
    return { stake, alive, uptime: uptimeOf(life, nowSlot) };
  };
}

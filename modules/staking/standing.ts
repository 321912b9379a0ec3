import type { Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { dec } from "../../core/math/dec.ts";
import { epoch, slot } from "../clock/index.ts";
import { stakeAt } from "./bonds.ts";
import { leaseHolds, uptimeOf } from "./life.ts";
import { lives, params } from "./state.ts";
import type { Bond, Life } from "./types.ts";

/** What isAlive and uptime say of a node. */
export type LifeStanding = { readonly alive: boolean; readonly uptime: Dec };
/** What countingStake says of its bond besides. */
export type BondStanding = LifeStanding & { readonly stake: Amount };

const lifeless: LifeStanding = { alive: false, uptime: dec(0n) };

/** The same answers for all bonds of a walk: clock and parameters are read once, a life only where none is given. */
export function bondStandings(ctx: ReadCtx): {
  ofLife(life: Life | undefined): LifeStanding;
  ofBond(bond: Bond, life?: LifeStanding): BondStanding;
} {
  const nowEpoch = epoch(ctx);
  const nowSlot = slot(ctx);
  const { leaseSlots } = params.get(ctx);
  const ofLife = (life: Life | undefined): LifeStanding =>
    life === undefined
      ? lifeless
      : { alive: leaseHolds(life, nowSlot, leaseSlots), uptime: uptimeOf(life, nowSlot) };
  return {
    ofLife,
    ofBond(bond, { alive, uptime } = ofLife(lives.get(ctx, bond.node))) {
      return { stake: stakeAt(bond, nowEpoch), alive, uptime };
    },
  };
}

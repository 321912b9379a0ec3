import type { Ctx } from "../../core/context.ts";
import { emit } from "../../core/events.ts";
import { amount, sum } from "../../core/math/integers.ts";
import { fromModule } from "../bank/index.ts";
import { findBond, saveBond } from "./bonds.ts";
import { note } from "./book.ts";
import { unbonded } from "./events.ts";
import { params, type BondKey } from "./state.ts";
import type { Unbonding } from "./types.ts";

/** Pays out everything of this bond whose time is over and that waits for no seat. */
export function payUnbonded(ctx: Ctx, [service, node]: BondKey): void {
  const bond = findBond(ctx, service, node);
  if (bond === undefined) return;
  const ready = ({ maturesMs, openSeats }: Unbonding): boolean =>
    maturesMs <= ctx.block.timeMs && openSeats === 0;
  const paid = amount(sum(bond.unbonding.filter(ready).map((part) => part.amount)));
  if (paid === 0n) return;
  saveBond(ctx, bond, { ...bond, unbonding: bond.unbonding.filter((part) => !ready(part)) });
  note(ctx, "withdrawn", paid);
  fromModule(ctx, "staking", node, params.get(ctx).denom, paid);
  emit(ctx, unbonded, { service, node, amount: paid.toString() });
}

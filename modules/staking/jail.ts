import type { Address } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { emit } from "../../core/events.ts";
import { max } from "../../core/math/integers.ts";
import { findBond, saveBond } from "./bonds.ts";
import * as events from "./events.ts";
import { jailLength } from "./slashing.ts";
import { params, tombstones } from "./state.ts";
import { BondStatus, type Bond } from "./types.ts";

const tombstoneRepeats = 5n;

/** A leaving bond stays leaving: it is not drawn anyway. */
function locked(bond: Bond): Bond["status"] {
  return bond.status === BondStatus.BOND_STATUS_LEAVING
    ? bond.status
    : BondStatus.BOND_STATUS_JAILED;
}

/** For jail_ms * 2^repeats, capped; for ever from the fifth repeat on. A bond that is gone cannot be jailed. */
export function jail(
  ctx: Ctx,
  { service, node, repeats }: { service: string; node: Address; repeats: bigint },
): void {
  const bond = findBond(ctx, service, node);
  if (bond !== undefined) {
    const { jailMs, maxJailMs } = params.get(ctx);
    const end = ctx.block.timeMs + jailLength(jailMs, repeats, maxJailMs);
    const untilMs = max(bond.jailedUntilMs, end);
    saveBond(ctx, bond, { ...bond, status: locked(bond), jailedUntilMs: untilMs });
    emit(ctx, events.jailed, { service, node, untilMs });
  }
  if (repeats >= tombstoneRepeats) tombstone(ctx, service, node);
}

/** Never again on this service, under this owner; the mark outlives the bond. */
export function tombstone(ctx: Ctx, service: string, node: Address): void {
  if (tombstones.has(ctx, [service, node])) return;
  tombstones.add(ctx, [service, node]);
  const bond = findBond(ctx, service, node);
  if (bond !== undefined) {
    saveBond(ctx, bond, { ...bond, status: locked(bond), tombstoned: true });
  }
  emit(ctx, events.tombstoned, { service, node });
}

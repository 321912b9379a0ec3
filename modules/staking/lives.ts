import type { Address, Dec } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { dec, one } from "../../core/math/dec.ts";
import { slot } from "../clock/index.ts";
import { hasSign, leaseHolds, uptimeOf, withSign, withoutSign } from "./life.ts";
import { lives, params } from "./state.ts";
import type { Life } from "./types.ts";

function knownLife(ctx: ReadCtx, node: Address): Life {
  const life = lives.get(ctx, node);
  if (life === undefined) throw new BugError(`life of ${node}: expected one, got none`);
  return life;
}

export function findLife(ctx: ReadCtx, node: Address): Life | undefined {
  return lives.get(ctx, node);
}

/** U; 1 for a node that never bonded. */
export function uptime(ctx: ReadCtx, node: Address): Dec {
  const life = lives.get(ctx, node);
  return life === undefined ? dec(one) : uptimeOf(life, slot(ctx));
}

/** Whether the node's lease holds; computed on reading, so that an idle chain writes nothing. */
export function isAlive(ctx: ReadCtx, node: Address): boolean {
  const life = lives.get(ctx, node);
  return life !== undefined && leaseHolds(life, slot(ctx), params.get(ctx).leaseSlots);
}

/** A new bond counts as a sign of life, the first one begins the ring. */
export function addLife(ctx: Ctx, node: Address): void {
  const now = slot(ctx);
  const life = lives.get(ctx, node);
  lives.set(
    ctx,
    node,
    life === undefined
      ? { node, firstSlot: now, lastSlot: now, ring: 1n, spareHeartbeats: 0, bonds: 1 }
      : { ...withSign(life, now), bonds: life.bonds + 1 },
  );
}

/** The ring ends with the node's last bond: it counts slots since bonding. */
export function dropLife(ctx: Ctx, node: Address): void {
  const life = knownLife(ctx, node);
  if (life.bonds === 1) lives.remove(ctx, node);
  else lives.set(ctx, node, { ...life, bonds: life.bonds - 1 });
}

/** An accepted post in the current slot. */
export function signOfLife(ctx: Ctx, node: Address): void {
  const life = knownLife(ctx, node);
  const now = slot(ctx);
  if (!hasSign(life, now)) lives.set(ctx, node, withSign(life, now));
}

/** A heartbeat that names this slot; false when the slot has its sign and nothing is spare. */
export function heartbeat(ctx: Ctx, node: Address, named: bigint): boolean {
  const life = knownLife(ctx, node);
  if (hasSign(life, named) && life.spareHeartbeats === 0) return false;
  const spare = named <= life.lastSlot && life.spareHeartbeats > 0 ? 1 : 0;
  const spareHeartbeats = life.spareHeartbeats - spare;
  lives.set(ctx, node, withSign({ ...life, spareHeartbeats }, named));
  return true;
}

/**
 * A miss counts in U: the slot loses its sign until the node is heard again, and one more heartbeat is welcome in it.
 */
export function missSign(ctx: Ctx, node: Address): void {
  const life = knownLife(ctx, node);
  const now = slot(ctx);
  if (life.lastSlot < now) return;
  const spareHeartbeats = life.spareHeartbeats + 1;
  lives.set(ctx, node, { ...withoutSign(life, now), spareHeartbeats });
}

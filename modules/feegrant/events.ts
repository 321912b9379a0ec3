import type { Address } from "../../core/brand.ts";
import type { EventAttribute, EventLog } from "../../core/events.ts";

// The SDK's own events: no message documents them, so they do not pass through `emit`.
type Log = { readonly events: EventLog };

/** Clients search who was given or refused an allowance; each use is found by the fee's own events. */
function pair(granter: Address, grantee: Address, index: boolean): EventAttribute[] {
  return [
    { key: "granter", value: granter, index },
    { key: "grantee", value: grantee, index },
  ];
}

export function emitSet(ctx: Log, granter: Address, grantee: Address): void {
  ctx.events.add({ type: "set_feegrant", attributes: pair(granter, grantee, true) });
}

export function emitRevoke(ctx: Log, granter: Address, grantee: Address): void {
  ctx.events.add({ type: "revoke_feegrant", attributes: pair(granter, grantee, true) });
}

export function emitUse(ctx: Log, granter: Address, grantee: Address): void {
  ctx.events.add({ type: "use_feegrant", attributes: pair(granter, grantee, false) });
}

export function emitUpdate(ctx: Log, granter: Address, grantee: Address): void {
  ctx.events.add({ type: "update_feegrant", attributes: pair(granter, grantee, false) });
}

export function emitPrune(ctx: Log, pruner: Address): void {
  ctx.events.add({
    type: "prune_feegrant",
    attributes: [{ key: "pruner", value: pruner, index: false }],
  });
}

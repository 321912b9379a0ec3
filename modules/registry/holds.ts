import type { Ctx, ReadCtx } from "../../core/context.ts";
import { BugError } from "../../core/errors.ts";
import { holds } from "./state.ts";

/** A bond or an open task keeps the service's name from being given back; one call, one count. */
export function hold(ctx: Ctx, service: string): void {
  holds.set(ctx, service, (holds.get(ctx, service) ?? 0n) + 1n);
}

/** The end of one hold. */
export function release(ctx: Ctx, service: string): void {
  const count = holds.get(ctx, service) ?? 0n;
  if (count === 0n) throw new BugError(`${service}: expected a hold to release, got none`);
  if (count === 1n) holds.remove(ctx, service);
  else holds.set(ctx, service, count - 1n);
}

export function heldBy(ctx: ReadCtx, service: string): bigint {
  return holds.get(ctx, service) ?? 0n;
}

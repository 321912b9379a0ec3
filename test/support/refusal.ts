import assert from "node:assert/strict";
import type { Ctx } from "../../core/context.ts";
import { inBranch } from "../../core/context.ts";
import { TxError } from "../../core/errors.ts";
import type { TestWorld } from "./ctx.ts";

/** Runs a step as a message runs; it must refuse, write nothing and leave no event. */
export function refusal(world: TestWorld, ctx: Ctx, step: (own: Ctx) => unknown): TxError {
  const before = world.store.dump();
  const events = ctx.events.events.length;
  let refused: unknown;
  try {
    inBranch(ctx, step);
  } catch (error) {
    refused = error;
  }
  assert.ok(refused instanceof TxError, `expected a refusal, got ${String(refused)}`);
  assert.deepEqual(world.store.dump(), before);
  assert.equal(ctx.events.events.length, events);
  return refused;
}

/** "sdk/5" */
export function codeOf(error: TxError): string {
  return `${error.codespace}/${error.code}`;
}

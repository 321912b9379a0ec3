import assert from "node:assert/strict";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import type { Fault, GenesisDef, ModuleDef } from "../../core/module.ts";

/** Answers a query of a module as the app does: through its codecs. */
export function ask<A>(
  module: ModuleDef,
  ctx: ReadCtx,
  path: string,
  request: Uint8Array,
  response: { decode(bytes: Uint8Array): A },
): A {
  const query = module.queries.find((one) => one.path === path);
  assert.ok(query !== undefined, `query ${path}: expected it in ${module.name}`);
  return response.decode(query.response.encode(query.handle(ctx, query.request.decode(request))));
}

/** Delivers a message to a module as the app does, ante and branch left out. */
export function deliver(
  module: ModuleDef,
  ctx: Ctx,
  typeUrl: string,
  bytes: Uint8Array,
): Uint8Array {
  const msg = module.msgs.find((one) => one.typeUrl === typeUrl);
  assert.ok(msg !== undefined, `message ${typeUrl}: expected it in ${module.name}`);
  const decoded = msg.request.decode(bytes);
  msg.validate?.(decoded);
  return msg.response.encode(msg.handle(ctx, decoded));
}

function genesisOf(module: ModuleDef): GenesisDef<unknown> {
  assert.ok(module.genesis !== undefined, `module ${module.name}: expected a genesis`);
  return module.genesis;
}

export function genesisFaults(module: ModuleDef, genesis: unknown): Fault[] {
  return genesisOf(module).validate(genesis);
}

/** Checks the genesis as the app does, then writes it. */
export function initGenesis(module: ModuleDef, ctx: Ctx, genesis: unknown): void {
  assert.deepEqual(genesisFaults(module, genesis), []);
  genesisOf(module).init(ctx, genesis);
}

export function exportGenesis(module: ModuleDef, ctx: ReadCtx): Uint8Array {
  const genesis = genesisOf(module);
  return genesis.codec.encode(genesis.export(ctx));
}

/** What each invariant of the module says is broken. */
export function broken(module: ModuleDef, ctx: ReadCtx): string[] {
  return Object.entries(module.invariants ?? {}).flatMap(([name, check]) => {
    const text = check(ctx);
    return text === undefined ? [] : [`${name}: ${text}`];
  });
}

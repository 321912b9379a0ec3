import { fromBinary, toJson } from "@bufbuild/protobuf";
import type { ReadCtx } from "../../core/context.ts";
import { GasMeter } from "../../core/gas.ts";
import type { Registry } from "../appRegistry.ts";
import type { ChainState } from "../appState.ts";
import { canonicalJson, type Json } from "./canonical.ts";
import { descriptorOf } from "./parse.ts";

/** The committed state as an app_state object, by module name. */
export function exportAppState(registry: Registry, ctx: ReadCtx): { [module: string]: Json } {
  const { descriptors } = registry;
  const state: { [module: string]: Json } = {};
  for (const { name, genesis } of registry.modules) {
    if (genesis === undefined) continue;
    const type = descriptorOf(descriptors, genesis.message);
    const message = fromBinary(type, genesis.codec.encode(genesis.export(ctx)));
    state[name] = toJson(type, message, {
      registry: descriptors,
      useProtoFieldName: true,
      alwaysEmitImplicit: true,
    }) as Json;
  }
  return state;
}

/** Export, init and export again give equal bytes. */
export function exportGenesis(state: ChainState): string {
  const ctx = state.readCtx(state.base, state.lastBlock, new GasMeter());
  return canonicalJson(exportAppState(state.registry, ctx));
}

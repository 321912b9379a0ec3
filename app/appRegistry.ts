import type { FileRegistry } from "@bufbuild/protobuf";
import { aminoShapeOf } from "../core/amino/value.ts";
import type { Ctx, Hooks } from "../core/context.ts";
import { BugError } from "../core/errors.ts";
import type { ModuleDef, MsgDef, QueryDef } from "../core/module.ts";
import type { ResolveType } from "../core/wire/scanner.ts";
import type { WireSchema } from "../core/wire/schema.ts";
import { wireSchemaOf } from "./appDescriptors.ts";
import { publicKeyNames } from "./tx/keys.ts";

/** What the list of modules amounts to: the routes of the chain. */
export type Registry = {
  readonly modules: readonly ModuleDef[];
  readonly stores: readonly string[];
  readonly msgs: ReadonlyMap<string, MsgDef<unknown, unknown>>;
  readonly queries: ReadonlyMap<string, QueryDef<unknown, unknown>>;
  readonly hooks: Hooks;
  readonly descriptors: FileRegistry;
  readonly schema: WireSchema;
  /** Which types an Any of a transaction may hold. */
  readonly resolve: ResolveType;
};

export function buildRegistry(modules: readonly ModuleDef[], descriptors: FileRegistry): Registry {
  const msgs = new Map<string, MsgDef<unknown, unknown>>();
  const queries = new Map<string, QueryDef<unknown, unknown>>();
  const hooks = new Map<string, ((ctx: Ctx, value: unknown) => void)[]>();
  const names = new Map<string, string>(publicKeyNames);
  const schema = wireSchemaOf(descriptors);
  for (const module of modules) {
    for (const msg of module.msgs) once(msgs, msg.typeUrl, msg);
    for (const typeUrl of [...module.msgs.map((msg) => msg.typeUrl), ...(module.anyTypes ?? [])]) {
      const name = typeUrl.slice(1);
      if (!schema.has(name)) throw new BugError(`${typeUrl}: expected a known message`);
      if (aminoShapeOf(typeUrl) === undefined)
        throw new BugError(`${typeUrl}: expected an amino form (proto/aminoTable.mjs)`);
      names.set(typeUrl, name);
    }
    for (const query of module.queries) once(queries, query.path, query);
    for (const { hook, run } of module.on ?? []) hooks.set(hook, [...(hooks.get(hook) ?? []), run]);
  }
  const stores = modules.flatMap(({ store }) => (store === undefined ? [] : [store]));
  const resolve: ResolveType = (typeUrl) => names.get(typeUrl);
  return { modules, stores, msgs, queries, hooks, descriptors, schema, resolve };
}

function once<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.has(key)) throw new BugError(`${key}: expected one handler, got two`);
  map.set(key, value);
}

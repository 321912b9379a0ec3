import {
  fromJson,
  toBinary,
  type DescMessage,
  type FileRegistry,
  type JsonValue,
} from "@bufbuild/protobuf";
import type { Fault, GenesisDef, ModuleDef } from "../../core/module.ts";
import { StartError } from "../errors.ts";
import { useShortTypeUrls } from "./anyUrls.ts";

/** A module with its decoded part of the genesis state. */
export type GenesisPart = {
  readonly module: ModuleDef;
  readonly def: GenesisDef<unknown>;
  readonly genesis: unknown;
};

export type ParsedGenesis = { readonly parts: readonly GenesisPart[]; readonly faults: Fault[] };

export function descriptorOf(descriptors: FileRegistry, name: string): DescMessage {
  const message = descriptors.getMessage(name);
  if (message === undefined) throw new Error(`${name}: expected a known message`);
  return message;
}

/** Reads and judges the whole app_state: every fault, each with its JSON pointer. */
export function parseAppState(
  modules: readonly ModuleDef[],
  descriptors: FileRegistry,
  text: string,
): ParsedGenesis {
  const faults: Fault[] = [];
  const state = objectOf(text);
  if (state === undefined)
    return { parts: [], faults: [{ pointer: "/app_state", text: "expected a JSON object" }] };
  const parts: GenesisPart[] = [];
  const known = new Set<string>();
  for (const module of modules) {
    const def = module.genesis;
    if (def === undefined) continue;
    known.add(module.name);
    const pointer = `/app_state/${module.name}`;
    const json = state.get(module.name);
    if (json === undefined) {
      faults.push({ pointer, text: "expected the module's state, got none" });
      continue;
    }
    const read = readPart(def, descriptors, json);
    if ("text" in read) {
      faults.push({ pointer, text: read.text });
      continue;
    }
    for (const fault of def.validate(read.genesis))
      faults.push({ pointer: pointer + fault.pointer, text: fault.text });
    parts.push({ module, def, genesis: read.genesis });
  }
  for (const name of state.keys()) {
    if (!known.has(name))
      faults.push({ pointer: `/app_state/${name}`, text: "expected a module of this chain" });
  }
  return { parts, faults };
}

function objectOf(text: string): Map<string, JsonValue> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value as Record<string, JsonValue>));
  } catch {
    return undefined;
  }
}

function readPart(
  def: GenesisDef<unknown>,
  descriptors: FileRegistry,
  json: JsonValue,
): { genesis: unknown } | { text: string } {
  const type = descriptorOf(descriptors, def.message);
  try {
    const message = fromJson(type, json, { registry: descriptors, ignoreUnknownFields: false });
    useShortTypeUrls(descriptors, type, message);
    return { genesis: def.codec.decode(toBinary(type, message)) };
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error) };
  }
}

/** E1405 with every fault on a line of its own. */
export function genesisError(faults: readonly Fault[]): StartError {
  const lines = faults.map(({ pointer, text }) => `${pointer}: ${text}`);
  const count = `${faults.length} fault${faults.length === 1 ? "" : "s"}`;
  return new StartError("E1405", `genesis: ${count}\n${lines.join("\n")}`, [
    "correct config/genesis.json; every node of the chain needs the same file",
  ]);
}

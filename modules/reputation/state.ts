import {
  addressKey,
  pairKey,
  stringKey,
  textAddressKey,
  tripleKey,
  u8Key,
} from "../../core/collections/keys.ts";
import { remembered, rememberedWritten } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import type { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import { Counter, Incidents, Params } from "./types.ts";

const state = schema("reputation");
const place = textAddressKey;

export const params = state.item(0, "params", remembered(Params));
/** ((service, role, task or event key), node): a table's counters lie together. */
export const counters = state.map(
  1,
  "counters",
  pairKey(tripleKey(stringKey, u8Key<Role>(), stringKey), addressKey),
  rememberedWritten(Counter),
);
/** (service, node). */
export const incidents = state.map(2, "incidents", place, rememberedWritten(Incidents));
/** ((service, node), (role, key)) of every counter: a node's counters lie together. Written by counters.ts alone. */
export const works = state.keySet(3, "works", pairKey(place, pairKey(u8Key<Role>(), stringKey)));

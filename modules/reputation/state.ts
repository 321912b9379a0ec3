import { addressKey, pairKey, stringKey, u8Key } from "../../core/collections/keys.ts";
import { remembered } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import type { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import { Counter, Incidents, Params } from "./types.ts";

const state = schema("reputation");
const place = pairKey(stringKey, addressKey);

export const params = state.item(0, "params", remembered(Params));
/** ((service, node), (role, task or event key)). */
export const counters = state.map(
  1,
  "counters",
  pairKey(place, pairKey(u8Key<Role>(), stringKey)),
  remembered(Counter),
);
/** (service, node). */
export const incidents = state.map(2, "incidents", place, remembered(Incidents));

import type { Address, Dec } from "../../core/brand.ts";
import {
  addressField,
  amountField,
  branded,
  decField,
  listOf,
  required,
  type Decoded,
} from "../../core/codec.ts";
import type { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import * as wireGenesis from "../../proto/gen/assay/reputation/v1/genesis.ts";
import * as wire from "../../proto/gen/assay/reputation/v1/reputation.ts";

export const Counter = branded(wire.Counter, {
  node: addressField,
  successes: decField,
  failures: decField,
  successesBefore: decField,
  failuresBefore: decField,
});
export type Counter = Decoded<typeof Counter>;

export const Incidents = branded(wire.Incidents, {
  node: addressField,
  load: decField,
  loadBefore: decField,
  slashedTotal: amountField,
  goodSeats: decField,
  successes: decField,
  failures: decField,
  successesBefore: decField,
  failuresBefore: decField,
});
export type Incidents = Decoded<typeof Incidents>;

export const Params = branded(wire.Params, { newcomerLoad: decField });
export type Params = Decoded<typeof Params>;

export const GenesisState = branded(wireGenesis.GenesisState, {
  params: required(Params, "params"),
  counters: listOf(Counter),
  incidents: listOf(Incidents),
});
export type GenesisState = Decoded<typeof GenesisState>;

/** A node on a service. */
export type Place = { readonly node: Address; readonly service: string };
/** What a node does there: one counter. */
export type Work = Place & { readonly role: Role; readonly key: string };
export type WeightedWork = Work & { readonly weight: Dec };

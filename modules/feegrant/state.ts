import type { Address } from "../../core/brand.ts";
import { addressKey, pairKey, u64Key, type KeyCodec } from "../../core/collections/keys.ts";
import { dueQueue } from "../../core/collections/keySet.ts";
import { schema } from "../../core/collections/schema.ts";
import { Grant, Layout } from "./types.ts";

// Layout of the SDK's x/feegrant 0.50 (docs/WIRE.md 14): there the last address has a length too.
const fullAddressKey: KeyCodec<Address> = {
  encode: (key) => addressKey.encode(key, false),
  decode: (text, at) => addressKey.decode(text, at, false),
};

/** Of a grant: who may spend, then whose coins. */
const grantKey = pairKey(fullAddressKey, fullAddressKey);
export type GrantKey = readonly [grantee: Address, granter: Address];

const state = schema("feegrant");

export const grants = state.map(0, "grants", grantKey, Grant);
// grants.ts alone writes these two beside a grant. The time is ours: milliseconds, where the SDK has its text.
export const expiries = state.keySet(1, "expiries", pairKey(u64Key(), grantKey));
export const issued = state.keySet(2, "issued", grantKey);
// There is no other entry of its own: an empty tree could not prove that a grant is absent (docs/WIRE.md 10).
export const layout = state.item(3, "layout", Layout);

export const expiryQueue = dueQueue(expiries);

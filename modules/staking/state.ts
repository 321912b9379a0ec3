import type { Address, Amount } from "../../core/brand.ts";
import { utf8Decode, utf8Encode } from "../../core/bytes.ts";
import { amountField, type Codec } from "../../core/codec.ts";
import { index } from "../../core/collections/indexedMap.ts";
import {
  addressKey,
  bytesKey,
  pairKey,
  stringKey,
  textAddressKey,
  tripleKey,
  u64Key,
} from "../../core/collections/keys.ts";
import { dueQueue } from "../../core/collections/keySet.ts";
import { remembered, rememberedWritten } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import { Bond, Book, Fault, Jail, Life, Params } from "./types.ts";

const state = schema("staking");
/** Decimal text, as in messages. */
const total: Codec<Amount> = {
  encode: (value) => utf8Encode(value.toString()),
  decode: (bytes) => amountField.fromWire(utf8Decode(bytes)),
};
const bondKey = textAddressKey;
export type BondKey = readonly [string, Address];
const faultKey = tripleKey(stringKey, addressKey, bytesKey);

export const params = state.item(0, "params", remembered(Params));
/** By (service, node); written by bonds.ts alone, which keeps what is derived from it. */
export const bonds = state.indexedMap(1, "bonds", bondKey, rememberedWritten(Bond), {
  node: index<BondKey, Bond, Address>(2, addressKey, (bond) => bond.node),
  operator: index<BondKey, Bond, Address>(3, addressKey, (bond) => bond.operator),
});
/** Bonds with unbonding that waits for nothing but time: (matures_ms, bond). */
export const maturing = state.keySet(4, "maturing", pairKey(u64Key(), bondKey));
export const maturingQueue = dueQueue(maturing);
/** By node. */
export const lives = state.map(5, "lives", addressKey, remembered(Life));
export const book = state.item(6, "book", Book);
export const totalBonded = state.item(7, "totalBonded", total);
/** By service; absent is 0. */
export const serviceBonded = state.map(8, "serviceBonded", stringKey, total);
/** By (service, node, fault id). */
export const faults = state.map(9, "faults", faultKey, Fault);
export const forgetting = state.keySet(10, "forgetting", pairKey(u64Key(), faultKey));
export const forgettingQueue = dueQueue(forgetting);
/** (service, node): outlives the bond. */
export const tombstones = state.keySet(11, "tombstones", bondKey);
/** (service, node) of bonds that ended before their jail. */
export const jails = state.map(12, "jails", bondKey, Jail);

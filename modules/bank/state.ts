import {
  addressKey,
  addressTextKey,
  pairKey,
  stringKey,
  zeroEndedKey,
} from "../../core/collections/keys.ts";
import { remembered } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import { AmountText, Flag, Metadata, Params } from "./types.ts";

// Layout of the SDK's x/bank 0.50 (docs/WIRE.md 14).
const state = schema("bank");

export const supplies = state.map(0, "supplies", stringKey, AmountText);
export const metadata = state.map(1, "metadata", stringKey, Metadata);
export const balances = state.map(2, "balances", addressTextKey, AmountText);
// The layout is the SDK's, so an IndexedMap does not fit; setBalance alone writes it.
export const owners = state.keySet(3, "owners", pairKey(zeroEndedKey, addressKey));
export const sendEnabled = state.map(4, "sendEnabled", stringKey, Flag);
export const params = state.item(5, "params", remembered(Params));

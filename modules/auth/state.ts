import { addressKey, stringKey, u64Key } from "../../core/collections/keys.ts";
import { recent, remembered } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import type { Address } from "../../core/brand.ts";
import type { Codec } from "../../core/codec.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { Account, Params } from "./types.ts";

// Layout of the SDK's x/auth 0.50 (docs/WIRE.md 14).
const state = schema("acc");

/** A transaction reads its signer several times, in CheckTx and again in its block. */
const recentAccounts = 20_000;

const addressBytes: Codec<Address> = { encode: bytesOfAddress, decode: addressFromBytes };

export const params = state.item(0, "params", remembered(Params));
export const accounts = state.map(1, "accounts", addressKey, recent(Account, recentAccounts));
export const nextAccountNumber = state.sequence(2, "nextAccountNumber", 0n);
// Ours: the SDK knows its module accounts from its wiring, we from state.
export const moduleNames = state.keySet(3, "moduleNames", stringKey);
export const addressByNumber = state.map(
  "accountNumber",
  "addressByNumber",
  u64Key(),
  addressBytes,
);

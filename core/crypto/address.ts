import { ripemd160 } from "@noble/hashes/legacy.js";
import type { Address } from "../brand.ts";
import { bytesFromKey, keyFromBytes, utf8Encode } from "../bytes.ts";
import { sdkErrors } from "../errors.ts";
import type { StoreKey } from "../store/kv.ts";
import { addressBytes, addressFromBytes, bech32Config } from "./bech32.ts";
import { sha256 } from "./sha256.ts";

/** Texts that were addresses lately: a block names the same ones again and again. */
const rememberedAddresses = 65_536;

function addressMemo(): (text: string) => boolean {
  const known = new Set<string>();
  return (text) => {
    if (known.has(text)) return true;
    if (addressBytes(text) === undefined) return false;
    if (known.size === rememberedAddresses) known.clear();
    known.add(text);
    return true;
  };
}
const isAddress = addressMemo();

/** The parser of every address that enters: throws sdk/7 (THREATS R25). */
export function address(text: string): Address {
  if (!isAddress(text))
    throw sdkErrors.invalidAddress(`address: expected bech32, got "${text}": invalid address`);
  return text as Address;
}

/** Bytes of an address that was parsed before. */
export function bytesOfAddress(text: Address): Uint8Array {
  const bytes = addressBytes(text);
  if (bytes === undefined)
    throw sdkErrors.invalidAddress(`address: expected bech32, got "${text}": invalid address`);
  return bytes;
}

/** What follows from `key` and the prefix alone, worked out once for the keys of late. */
function remembering(make: (key: string) => Uint8Array): (key: string) => Address {
  let known = new Map<string, Address>();
  let prefix = bech32Config.prefix;
  return (key) => {
    const found = prefix === bech32Config.prefix ? known.get(key) : undefined;
    if (found !== undefined) return found;
    if (prefix !== bech32Config.prefix || known.size === rememberedAddresses) known = new Map();
    prefix = bech32Config.prefix;
    const made = addressFromBytes(make(key));
    known.set(key, made);
    return made;
  };
}
const ofPublicKey = remembering((key) => ripemd160(sha256(bytesFromKey(key as StoreKey))));
const ofModule = remembering((name) => sha256(utf8Encode(name)).slice(0, 20));

/** Of a 33-byte compressed secp256k1 key. */
export function pubKeyAddress(publicKey: Uint8Array): Address {
  return ofPublicKey(keyFromBytes(publicKey));
}

/** sha256(name)[0:20], as in the Cosmos SDK. */
export function moduleAddress(name: string): Address {
  return ofModule(name);
}

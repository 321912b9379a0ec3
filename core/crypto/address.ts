import { ripemd160 } from "@noble/hashes/legacy.js";
import type { Address } from "../brand.ts";
import { utf8Encode } from "../bytes.ts";
import { sdkErrors } from "../errors.ts";
import { addressBytes, addressFromBytes } from "./bech32.ts";
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

/** Of a 33-byte compressed secp256k1 key. */
export function pubKeyAddress(publicKey: Uint8Array): Address {
  return addressFromBytes(ripemd160(sha256(publicKey)));
}

/** sha256(name)[0:20], as in the Cosmos SDK. */
export function moduleAddress(name: string): Address {
  return addressFromBytes(sha256(utf8Encode(name)).slice(0, 20));
}

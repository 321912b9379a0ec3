import type { Address } from "../../core/brand.ts";
import { sdkErrors } from "../../core/errors.ts";
import { pubKeyAddress } from "../../core/crypto/address.ts";
import type { Account } from "../../modules/auth/index.ts";
import { Ed25519PubKey, Secp256k1PubKey, type Any } from "../../proto/cosmos.ts";
import { multisigAddress, multisigOf, type Multisig } from "./multisig.ts";

export const secp256k1Type = "/cosmos.crypto.secp256k1.PubKey";
const multisigType = "/cosmos.crypto.multisig.LegacyAminoPubKey";

/** The public keys that a signer_info may carry, by type URL, with their message names. */
export const publicKeyNames = [
  [secp256k1Type, "cosmos.crypto.secp256k1.PubKey"],
  ["/cosmos.crypto.ed25519.PubKey", "cosmos.crypto.ed25519.PubKey"],
  [multisigType, "cosmos.crypto.multisig.LegacyAminoPubKey"],
] as const;

export type PublicKey =
  | { readonly type: "secp256k1"; readonly bytes: Uint8Array; readonly address: Address }
  | { readonly type: "ed25519"; readonly bytes: Uint8Array }
  | ({ readonly type: "multisig"; readonly any: Any; readonly address: Address } & Multisig);

/** A key that signatures are checked against. */
export type SigningKey = Uint8Array | Multisig;

/** A well-known point: what a simulation takes for a key that it was not given. */
export const dummyKey: Uint8Array = Uint8Array.of(
  ...[0x02, 0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0],
  ...[0x62, 0x95, 0xce, 0x87, 0x0b, 0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d],
  ...[0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98],
);

/** The key inside an Any that the scanner let through; sdk/8 for what nobody can sign with here. */
export function publicKeyOf(any: Any): PublicKey {
  if (any.typeUrl === secp256k1Type) {
    const bytes = Secp256k1PubKey.decode(any.value).key;
    if (bytes.length !== 33) {
      throw sdkErrors.invalidPubKey(
        `secp256k1 key: expected 33 bytes, got ${bytes.length}: invalid pubkey`,
      );
    }
    return { type: "secp256k1", bytes, address: pubKeyAddress(bytes) };
  }
  if (any.typeUrl === "/cosmos.crypto.ed25519.PubKey")
    return { type: "ed25519", bytes: Ed25519PubKey.decode(any.value).key };
  if (any.typeUrl === multisigType) {
    const key = multisigOf(any.value);
    return { type: "multisig", any, address: multisigAddress(key), ...key };
  }
  throw sdkErrors.invalidPubKey(`${any.typeUrl}: unsupported key: invalid pubkey`);
}

/** The key that an account signs with; undefined for none, or of a kind that signs nothing here. */
export function signingKeyOf(account: Account): SigningKey | undefined {
  if (account.pubKey !== undefined) return account.pubKey;
  return account.anyPubKey?.typeUrl === multisigType
    ? multisigOf(account.anyPubKey.value)
    : undefined;
}

/** Of whoever signs with it: the bytes that tell it from every other key. */
export function keyBytes(key: SigningKey): Uint8Array {
  return key instanceof Uint8Array ? key : key.bytes;
}

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { sha256 } from "../../core/crypto/sha256.ts";

/** A consensus key in the clear: development networks only. */
export type DevelopmentKey = {
  readonly address: Uint8Array;
  readonly publicKey: Uint8Array;
  /** 64 bytes as CometBFT stores them: seed, then public key. */
  readonly privateKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
};

// What PKCS #8 puts before the 32 bytes of an ed25519 seed (RFC 8410).
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");
const seedBytes = 32;

export function consensusAddress(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).slice(0, 20);
}

export function keyFromPrivate(privateKey: Uint8Array): DevelopmentKey {
  const seed = privateKey.slice(0, seedBytes);
  const der = Buffer.concat([pkcs8Head, seed]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = rawPublicKey(createPublicKey(secret));
  return {
    address: consensusAddress(publicKey),
    publicKey,
    privateKey: Uint8Array.from([...seed, ...publicKey]),
    sign: (message) => Uint8Array.from(sign(null, message, secret)),
  };
}

export function newKey(): DevelopmentKey {
  const der = generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" });
  return keyFromPrivate(der.subarray(pkcs8Head.length));
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const der = key.export({ format: "der", type: "spki" });
  return Uint8Array.from(der.subarray(der.length - 32));
}

import { createPrivateKey, createPublicKey, hash } from "node:crypto";
import secp256k1 from "secp256k1";
import { beaconSecret, blsPublicKey, makeProof } from "../../app/crypto/bls.ts";
import type { Address } from "../../core/brand.ts";
import { pubKeyAddress } from "../../core/crypto/address.ts";

/** An account's key; the same name gives the same key in every run. */
export type TestKey = {
  readonly name: string;
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
  /** In the prefix that is configured when it is read. */
  readonly address: Address;
  /** 64 bytes R || S with low S. */
  sign(digest: Uint8Array): Uint8Array;
};

const sha = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hash("sha256", text, "hex"), "hex"));

export function keyFromSecret(secret: Uint8Array, name = "key"): TestKey {
  const publicKey = secp256k1.publicKeyCreate(secret, true);
  return {
    name,
    secret,
    publicKey,
    get address() {
      return pubKeyAddress(publicKey);
    },
    sign: (digest) => secp256k1.ecdsaSign(digest, secret).signature,
  };
}

export function testKey(name: string): TestKey {
  return keyFromSecret(sha(`assay test key ${name}`), name);
}

/** A consensus validator of a test chain with its beacon key. */
export type TestProposer = {
  readonly publicKey: Uint8Array;
  readonly consAddress: Uint8Array;
  /** CometBFT's 64 bytes: seed and public key. */
  readonly secret: Uint8Array;
  readonly beaconSecret: Uint8Array;
  readonly beaconKey: Uint8Array;
  readonly proof: Uint8Array;
};

const ed25519Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

export function testProposer(index: number): TestProposer {
  const seed = sha(`assay test proposer ${index}`);
  const key = createPrivateKey({
    key: Buffer.concat([ed25519Prefix, seed]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const publicKey = Uint8Array.from(spki.subarray(-32));
  const beacon = beaconSecret(seed);
  return {
    publicKey,
    secret: Uint8Array.from([...seed, ...publicKey]),
    consAddress: Uint8Array.from(hash("sha256", publicKey, "buffer").subarray(0, 20)),
    beaconSecret: beacon,
    beaconKey: blsPublicKey(beacon),
    proof: makeProof(beacon),
  };
}

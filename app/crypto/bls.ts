import { blstBindings, type BlstBindings } from "./native.ts";

/** BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_, the tag that the binding carries: keys in G1. */
export const BLS_PUBLIC_KEY_BYTES = 48;
export const BLS_SIGNATURE_BYTES = 96;
const SECRET_BYTES = 32;
const MESSAGE_BYTES = 32;
const CONSENSUS_SECRET_BYTES = 32;

const KEY_INFO = Buffer.from("assay/v1/beacon-key");

// The binding signs with one tag. A proof of possession is kept apart by its length: 16 bytes and
// the key, while a beacon message is a digest of 32.
const PROOF_TAG = Buffer.from("ASSAY_BLS_POP_V1");

/**
 * The beacon's secret key, derived by the HKDF of the BLS draft from the consensus key (its 32-byte
 * seed, or the 64 bytes that CometBFT keeps), so that an operator has one key less to lose.
 */
export function beaconSecret(consensusKey: Uint8Array): Uint8Array {
  if (consensusKey.length !== 32 && consensusKey.length !== 64) {
    throw new Error(`consensus key: expected 32 or 64 bytes, got ${consensusKey.length}`);
  }
  const seed = consensusKey.subarray(0, CONSENSUS_SECRET_BYTES);
  return plain(blstBindings().SecretKey.fromKeygen(seed, KEY_INFO).toBytes());
}

export function blsPublicKey(secret: Uint8Array): Uint8Array {
  return plain(secretKey(secret).toPublicKey().toBytes());
}

export function blsSign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  if (message.length !== MESSAGE_BYTES) {
    throw new Error(`message: expected ${MESSAGE_BYTES} bytes, got ${message.length}`);
  }
  return plain(secretKey(secret).sign(message).toBytes());
}

/** Whether this is the one signature of the key over the message; false for any malformed input. */
export function blsVerify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return message.length === MESSAGE_BYTES && verify(publicKey, message, signature);
}

/** Shows that the key's owner knows its secret: without it a key made from others' could cancel them. */
export function makeProof(secret: Uint8Array): Uint8Array {
  const key = secretKey(secret);
  return plain(key.sign(proofMessage(key.toPublicKey().toBytes())).toBytes());
}

export function verifyProof(publicKey: Uint8Array, proof: Uint8Array): boolean {
  return verify(publicKey, proofMessage(publicKey), proof);
}

function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = blsKeyPoint(publicKey);
  const sig = key === undefined ? undefined : blsSignaturePoint(signature);
  if (key === undefined || sig === undefined) return false;
  try {
    // Decoding checked curve, subgroup and infinity; verifying need not do it twice.
    return blstBindings().verify(message, key, sig, false, false);
  } catch {
    return false;
  }
}

/** undefined for what is no point of its group. */
export function blsKeyPoint(
  bytes: Uint8Array,
): InstanceType<BlstBindings["PublicKey"]> | undefined {
  const { PublicKey } = blstBindings();
  return pointOf(bytes, BLS_PUBLIC_KEY_BYTES, () => PublicKey.fromBytes(bytes, true));
}

export function blsSignaturePoint(
  bytes: Uint8Array,
): InstanceType<BlstBindings["Signature"]> | undefined {
  const { Signature } = blstBindings();
  return pointOf(bytes, BLS_SIGNATURE_BYTES, () => Signature.fromBytes(bytes, true, true));
}

function pointOf<P>(bytes: Uint8Array, length: number, decode: () => P): P | undefined {
  if (bytes.length !== length) return undefined;
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function proofMessage(publicKey: Uint8Array): Uint8Array {
  return Buffer.concat([PROOF_TAG, publicKey]);
}

function secretKey(secret: Uint8Array): InstanceType<BlstBindings["SecretKey"]> {
  if (secret.length !== SECRET_BYTES) {
    throw new Error(`BLS secret: expected ${SECRET_BYTES} bytes, got ${secret.length}`);
  }
  return blstBindings().SecretKey.fromBytes(secret);
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

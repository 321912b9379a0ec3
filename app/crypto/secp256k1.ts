import { secp256k1Bindings } from "./native.ts";

const SCALAR_BYTES = 32;
const KEY_BYTES = 33;
const SIGNATURE_BYTES = 64;
const DIGEST_BYTES = 32;

const ORDER = scalar("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const HALF_ORDER = scalar("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
const ZERO = new Uint8Array(SCALAR_BYTES);

/**
 * The one verifier of consensus: R and S of 32 bytes each, S in the lower half. Libraries differ on
 * every input that the checks before the call refuse, and differing nodes fork.
 */
export function verifySecp256k1(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (digest.length !== DIGEST_BYTES || !isCompressed(publicKey)) return false;
  return verified(publicKey, digest, signature);
}

// What keys stand for goes with them; stored bytes are never changed (core/store/kv.ts).
const points = new WeakMap<Uint8Array, Uint8Array>();

/** The same for a key that is asked for again and again: finding its point takes a tenth of a verification. */
export function verifyKnownSecp256k1(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (digest.length !== DIGEST_BYTES || !isCompressed(publicKey)) return false;
  let point = points.get(publicKey);
  if (point === undefined) {
    const native = secp256k1Bindings();
    if (!native.publicKeyVerify(publicKey)) return false;
    point = native.publicKeyConvert(publicKey, false);
    points.set(publicKey, point);
  }
  return verified(point, digest, signature);
}

/** `publicKey`: compressed, or the point itself. */
function verified(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const native = secp256k1Bindings();
  if (signature.length !== SIGNATURE_BYTES) return false;
  const r = signature.subarray(0, SCALAR_BYTES);
  const s = signature.subarray(SCALAR_BYTES);
  if (compare(r, ZERO) === 0 || compare(r, ORDER) >= 0) return false;
  if (compare(s, ZERO) === 0 || compare(s, HALF_ORDER) > 0) return false;
  try {
    return native.ecdsaVerify(signature, digest, publicKey);
  } catch {
    return false; // a key off the curve
  }
}

/** 33 bytes that stand for a point of the curve. */
export function validSecp256k1Key(publicKey: Uint8Array): boolean {
  const native = secp256k1Bindings();
  return isCompressed(publicKey) && native.publicKeyVerify(publicKey);
}

function isCompressed(publicKey: Uint8Array): boolean {
  return publicKey.length === KEY_BYTES && (publicKey[0] === 2 || publicKey[0] === 3);
}

function compare(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right);
}

function scalar(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

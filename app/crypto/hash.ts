import { hash } from "node:crypto";

/**
 * A Map's key for these bytes alone: the bytes themselves as a text where that is cheaper than their digest. A digest
 * has 32 characters, so none equals such a text; V8 hashes all characters of a text of this length.
 */
export function keyText(bytes: Uint8Array): string {
  if (bytes.length < 64 || bytes.length > 4_096) return hash("sha256", bytes, "binary");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** OpenSSL's sha256 in one call: half as long again as noble's for a tree node. */
export function nativeSha256(bytes: Uint8Array): Uint8Array {
  const digest = hash("sha256", bytes, "buffer");
  // A plain array: a Buffer's slice is a view and its equality differs.
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
}

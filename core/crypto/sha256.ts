import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** sha256 of the parts one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return nobleSha256(first);
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

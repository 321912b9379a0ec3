import { errors } from "./errors.ts";
import { isName } from "./names.ts";
import { isVersion } from "./versions.ts";

// Stateless checks that several messages share.

export function checkName(field: string, name: string): void {
  if (isName(name)) return;
  throw errors.invalidName(
    `${field}: expected 3..32 of a-z, 0-9 and single hyphens inside, a letter first, got "${name}"`,
  );
}

export function checkVersion(version: string): void {
  if (isVersion(version)) return;
  throw errors.invalidVersion(
    `version: expected semver without build metadata, at most 64 characters, got "${version}"`,
  );
}

/** 32 bytes, or none where the field is optional. */
export function checkHash(field: string, hash: Uint8Array): void {
  if (hash.length === 0 || hash.length === 32) return;
  throw errors.invalidHash(`${field}: expected 32 bytes or none, got ${hash.length}`);
}

export function checkSalt(salt: Uint8Array): void {
  if (salt.length === 0 || salt.length === 32) return;
  throw errors.invalidSalt(`salt: expected 32 bytes or none, got ${salt.length}`);
}

/** 33 bytes of a compressed secp256k1 key, or none. */
export function checkSigningKey(field: string, key: Uint8Array): void {
  if (key.length === 0 || (key.length === 33 && (key[0] === 2 || key[0] === 3))) return;
  throw errors.invalidKey(`${field}: expected 33 bytes that begin with 2 or 3, got ${key.length}`);
}

/** 32 bytes of an X25519 key, or none. */
export function checkEncryptionKey(key: Uint8Array): void {
  if (key.length === 0 || key.length === 32) return;
  throw errors.invalidKey(`encryption_key: expected 32 bytes or none, got ${key.length}`);
}

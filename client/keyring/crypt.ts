import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";

/** scrypt (N 2^15, r 8, p 1) and AES-256-GCM; all fields base64. */
export type Sealed = {
  readonly kdf: "scrypt";
  readonly n: number;
  readonly salt: string;
  readonly nonce: string;
  readonly tag: string;
  readonly box: string;
};

const cost = 2 ** 15;

function deriveKey(passphrase: string, salt: Uint8Array, n: number): Uint8Array {
  return scryptSync(passphrase.normalize("NFKC"), salt, 32, {
    N: n,
    r: 8,
    p: 1,
    maxmem: 256 * n * 8,
  });
}

export function seal(plain: Uint8Array, passphrase: string): Sealed {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", deriveKey(passphrase, salt, cost), nonce);
  const box = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    kdf: "scrypt",
    n: cost,
    salt: salt.toString("base64"),
    nonce: nonce.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    box: box.toString("base64"),
  };
}

/** undefined when the passphrase is wrong or the file was changed. */
export function unseal(sealed: Sealed, passphrase: string): Uint8Array | undefined {
  const bytes = (text: string): Buffer => Buffer.from(text, "base64");
  const key = deriveKey(passphrase, bytes(sealed.salt), sealed.n);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes(sealed.nonce));
  decipher.setAuthTag(bytes(sealed.tag));
  try {
    return Buffer.concat([decipher.update(bytes(sealed.box)), decipher.final()]);
  } catch {
    return undefined;
  }
}

import { hash } from "node:crypto";
import { verifySecp256k1 } from "./secp256k1.ts";

const KEYED_BYTES = 33 + 32 + 64;

/**
 * Remembers signatures that were found good, so that a block does not verify again what CheckTx
 * did. Only good ones: a verdict follows from the three inputs alone, so forgetting or remembering
 * changes the time of an answer and never the answer.
 */
export class VerdictMemo {
  readonly #half: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(limit = 65_536) {
    if (limit < 2) throw new Error(`limit: expected at least 2, got ${limit}`);
    this.#half = Math.floor(limit / 2);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  verify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
    const length = publicKey.length + digest.length + signature.length;
    // Of fixed lengths only, so that two triples never join to the same bytes.
    if (publicKey.length !== 33 || digest.length !== 32 || length !== KEYED_BYTES) return false;
    const key = hash("sha256", Buffer.concat([publicKey, digest, signature], length), "binary");
    if (this.#young.has(key)) return true;
    if (this.#old.has(key) || verifySecp256k1(publicKey, digest, signature)) {
      this.#remember(key);
      return true;
    }
    return false;
  }

  /** Two halves instead of an order of use: the older half is dropped when the younger is full. */
  #remember(key: string): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#old.delete(key);
    this.#young.add(key);
  }
}

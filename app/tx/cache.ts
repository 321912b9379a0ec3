import { keyFromBytes } from "../../core/bytes.ts";
import type { Registry } from "../appRegistry.ts";
import { nativeSha256 } from "../crypto/hash.ts";
import { decodeTx, type DecodedTx } from "./decode.ts";

/**
 * Decoded transactions by hash, so that a block does not decode again what CheckTx did. What is kept follows from the
 * bytes alone: forgetting changes the time of an answer and never the answer (WIRE.md 18.9).
 */
export class TxCache {
  readonly #registry: Registry;
  readonly #half: number;
  #young = new Map<string, DecodedTx>();
  #old = new Map<string, DecodedTx>();

  constructor(registry: Registry, limit = 10_000) {
    this.#registry = registry;
    this.#half = limit >> 1;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Throws sdk/2; a failure is not kept. */
  decode(bytes: Uint8Array): DecodedTx {
    const key: string = keyFromBytes(nativeSha256(bytes));
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const tx = this.#old.get(key) ?? decodeTx(this.#registry, bytes);
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, tx);
    return tx;
  }
}

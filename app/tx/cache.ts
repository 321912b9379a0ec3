import type { Registry } from "../appRegistry.ts";
import { keyText } from "../crypto/hash.ts";
import { decodeTx, type DecodedTx } from "./decode.ts";

/**
 * Decoded transactions by their bytes, so that a block does not decode again what CheckTx did. What is kept follows from the
 * bytes alone: forgetting changes the time of an answer and never the answer (WIRE.md 18.9).
 */
export class TxCache {
  readonly #registry: Registry;
  readonly #halfTxs: number;
  readonly #halfBytes: number;
  #youngBytes = 0;
  #young = new Map<string, DecodedTx>();
  #old = new Map<string, DecodedTx>();

  /** The defaults hold a mempool of 30,000 small transactions with the block that is made of it. */
  constructor(registry: Registry, limit = 60_000, limitBytes = 32 * 1024 * 1024) {
    this.#registry = registry;
    this.#halfTxs = limit >> 1;
    this.#halfBytes = limitBytes >> 1;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** What a block has had comes no second time: kept, it would only cost the garbage collector. */
  forget(txs: readonly Uint8Array[]): void {
    for (const bytes of txs) {
      const key = keyText(bytes);
      const tx = this.#young.get(key);
      this.#old.delete(key);
      if (tx === undefined) continue;
      this.#young.delete(key);
      this.#youngBytes -= tx.size;
    }
  }

  /** Throws sdk/2; a failure is not kept. */
  decode(bytes: Uint8Array): DecodedTx {
    const key = keyText(bytes);
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const tx = this.#old.get(key) ?? decodeTx(this.#registry, bytes);
    if (this.#young.size >= this.#halfTxs || this.#youngBytes >= this.#halfBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, tx);
    this.#youngBytes += tx.size;
    return tx;
  }
}

import type { Registry } from "../appRegistry.ts";
import { endText } from "../crypto/nativeBytes.ts";
import { decodeTx, type DecodedTx } from "./decode.ts";

/** Of a small mempool too: what is refused later is kept as well, and a flood of it must not push out what waits. */
export const leastCachedTxs = 60_000;

/** A signature's S stands at the end: enough to tell transactions apart, and no digest of them all. */
const keyOf = (bytes: Uint8Array): string => endText(bytes, 32);

/**
 * Decoded transactions by their bytes, so that a block does not decode again what CheckTx did. What is kept follows from the
 * bytes alone: forgetting changes the time of an answer and never the answer (WIRE.md 18.9). Of two that end alike one is
 * kept; all bytes are compared before it is taken for another.
 */
export class TxCache {
  readonly #registry: Registry;
  readonly #halfTxs: number;
  readonly #halfBytes: number;
  #youngBytes = 0;
  #young = new Map<string, DecodedTx>();
  #old = new Map<string, DecodedTx>();

  /** `limit`: twice what may wait holds a full mempool with the block that is made of it. */
  constructor(registry: Registry, limit = leastCachedTxs, limitBytes = 32 * 1024 * 1024) {
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
      const key = keyOf(bytes);
      const tx = this.#young.get(key);
      this.#old.delete(key);
      if (tx === undefined) continue;
      this.#young.delete(key);
      this.#youngBytes -= tx.size;
    }
  }

  /** Throws sdk/2; a failure is not kept. */
  decode(bytes: Uint8Array): DecodedTx {
    const key = keyOf(bytes);
    const young = this.#young.get(key);
    if (young?.isOf(bytes) === true) return young;
    const old = this.#old.get(key);
    const tx = old?.isOf(bytes) === true ? old : decodeTx(this.#registry, bytes);
    if (this.#young.size >= this.#halfTxs || this.#youngBytes >= this.#halfBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, tx);
    this.#youngBytes += tx.size - (young?.size ?? 0);
    return tx;
  }
}

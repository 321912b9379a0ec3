import { CheckTxType, type ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { App } from "../abci/app.ts";

const longestQueue = 5_000;
const cacheSize = 10_000;
/** CometBFT's mempool.max_tx_bytes. */
const largestTx = 1_048_576;

type Waiting = { readonly tx: Uint8Array; readonly gasWanted: bigint };

/** A transaction that CometBFT would not even show to the app. */
export class MempoolRefusal extends Error {
  override readonly name = "MempoolRefusal";
}

/** Transactions in the order of their arrival, each checked by the app and again after every block. */
export class Mempool {
  readonly #app: App;
  readonly #waiting = new Map<string, Waiting>();
  /** Hashes seen, oldest first: the same bytes are not checked twice. */
  readonly #cache = new Set<string>();
  readonly #arrived: () => void;
  /** Held by a block from its Commit to the end of the recheck. */
  #gate: Promise<void> = Promise.resolve();

  constructor(app: App, arrived: () => void) {
    this.#app = app;
    this.#arrived = arrived;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return [...this.#waiting.values()].reduce((sum, { tx }) => sum + tx.length, 0);
  }

  first(limit: number): Uint8Array[] {
    return [...this.#waiting.values()].slice(0, limit).map(({ tx }) => tx);
  }

  async check(tx: Uint8Array): Promise<ResponseCheckTx> {
    await this.#gate;
    const key = toHex(sha256(tx));
    if (tx.length > largestTx) {
      throw new MempoolRefusal(`Tx too large. Max size is ${largestTx}, but got ${tx.length}`);
    }
    if (this.#waiting.size >= longestQueue) {
      throw new MempoolRefusal(
        `mempool is full: number of txs ${longestQueue} (max: ${longestQueue})`,
      );
    }
    if (this.#cache.has(key)) throw new MempoolRefusal("tx already exists in cache");
    this.#remember(key);
    const answer = await this.#app.mempool.call("checkTx", { tx, type: CheckTxType.NEW });
    if (answer.code !== 0) {
      this.#cache.delete(key);
      return answer;
    }
    this.#waiting.set(key, { tx, gasWanted: answer.gasWanted });
    this.#arrived();
    return answer;
  }

  /** What a proposal may hold, by CometBFT's count of bytes and gas. */
  reap(maxBytes: bigint, maxGas: bigint): Uint8Array[] {
    const txs: Uint8Array[] = [];
    let [bytes, gas] = [0n, 0n];
    for (const { tx, gasWanted } of this.#waiting.values()) {
      bytes += protoSize(tx);
      gas += gasWanted;
      if (maxBytes >= 0n && bytes > maxBytes) break;
      if (maxGas >= 0n && gas > maxGas) break;
      txs.push(tx);
    }
    return txs;
  }

  /** No transaction is checked between the start of a Commit and the end of its recheck. */
  async locked<T>(commit: () => Promise<T>): Promise<T> {
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    try {
      return await commit();
    } finally {
      open();
    }
  }

  /** Takes out what a block holds, and asks the app again for the rest. */
  async update(txs: readonly Uint8Array[], codes: readonly number[]): Promise<void> {
    txs.forEach((tx, i) => {
      const key = toHex(sha256(tx));
      this.#waiting.delete(key);
      // One that failed may be sent again; one that did its work may not.
      if (codes[i] === 0) this.#remember(key);
      else this.#cache.delete(key);
    });
    const left = [...this.#waiting];
    const answers = await Promise.all(
      left.map(([, { tx }]) =>
        this.#app.mempool.call("checkTx", { tx, type: CheckTxType.RECHECK }),
      ),
    );
    left.forEach(([key], i) => {
      if (answers[i]?.code === 0) return;
      this.#waiting.delete(key);
      this.#cache.delete(key);
    });
  }

  #remember(key: string): void {
    this.#cache.delete(key);
    this.#cache.add(key);
    if (this.#cache.size <= cacheSize) return;
    for (const oldest of this.#cache) {
      this.#cache.delete(oldest);
      return;
    }
  }
}

/** Size of a transaction within a block: tag, length, bytes. */
function protoSize(tx: Uint8Array): bigint {
  let lengthBytes = 1;
  for (let rest = tx.length; rest > 127; rest >>>= 7) lengthBytes++;
  return BigInt(1 + lengthBytes + tx.length);
}

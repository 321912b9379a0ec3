import { toHex } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { Comet38Client } from "@cosmjs/tendermint-rpc";

export type Attribute = { readonly key: string; readonly value: string };
export type ReadEvent = { readonly type: string; readonly attributes: readonly Attribute[] };
type ReadTx = {
  readonly hash: string;
  readonly height: number;
  readonly events: readonly ReadEvent[];
};

/** What an index should say, read from the blocks and their results alone. */
export class TxOracle {
  readonly #txs: readonly ReadTx[];
  /** Of begin and end of all blocks. */
  readonly blockEvents: readonly ReadEvent[];

  private constructor(txs: readonly ReadTx[], blockEvents: readonly ReadEvent[]) {
    this.#txs = txs;
    this.blockEvents = blockEvents;
  }

  static async read(rpc: Comet38Client): Promise<TxOracle> {
    const { syncInfo } = await rpc.status();
    const txs: ReadTx[] = [];
    const blockEvents: ReadEvent[] = [];
    for (let height = 1; height <= syncInfo.latestBlockHeight; height++) {
      const { block } = await rpc.block(height);
      const { results, finalizeBlockEvents } = await rpc.blockResults(height);
      blockEvents.push(...finalizeBlockEvents);
      for (const [i, bytes] of block.txs.entries()) {
        // A beacon contribution is no transaction of anybody; the index names it by hash and height all the same.
        const hash = toHex(sha256(bytes)).toUpperCase();
        txs.push({ hash, height, events: results[i]?.events ?? [] });
      }
    }
    return new TxOracle(txs, blockEvents);
  }

  get size(): number {
    return this.#txs.length;
  }

  /** Hashes of those with one event that has all of these attributes ("type.key"), in order of the chain. */
  find(conditions: readonly (readonly [string, string])[]): string[] {
    const holds = ({ type, attributes }: ReadEvent): boolean =>
      conditions.every(([name, value]) =>
        attributes.some((own) => `${type}.${own.key}` === name && own.value === value),
      );
    return this.#txs.filter(({ events }) => events.some(holds)).map(({ hash }) => hash);
  }

  at(height: number): string[] {
    return this.#txs.filter((tx) => tx.height === height).map(({ hash }) => hash);
  }

  /** The height with the most transactions. */
  busiest(): number {
    const heights = this.#txs.map(({ height }) => height);
    const most = (a: number, b: number): number => (this.at(b).length > this.at(a).length ? b : a);
    return heights.reduce(most, 1);
  }
}

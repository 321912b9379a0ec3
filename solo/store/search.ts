import type { Event, ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { BlockStore } from "./blockStore.ts";
import { matches, parseQuery, type Attributes } from "./query.ts";

/** Where a transaction stands. */
export type TxPlace = { readonly height: bigint; readonly index: number };

type IndexedTx = TxPlace & { readonly attributes: Attributes };
type IndexedBlock = { readonly height: bigint; readonly attributes: Attributes };

/**
 * What tx_search and block_search look through: in memory, built from the block store at the start.
 * A development chain is short enough for it.
 */
export class SearchIndex {
  readonly #txs: IndexedTx[] = [];
  readonly #byHash = new Map<string, IndexedTx>();
  readonly #blocks: IndexedBlock[] = [];

  constructor(store: BlockStore) {
    if (store.height === 0n) return;
    for (let height = store.base; height <= store.height; height++) {
      const [made, result] = [store.block(height), store.result(height)];
      if (made !== undefined && result !== undefined) {
        this.add(height, made.block.data.txs, result);
      }
    }
  }

  add(height: bigint, txs: readonly Uint8Array[], result: ResponseFinalizeBlock): void {
    const own = new Map([["block.height", [String(height)]]]);
    this.#blocks.push({ height, attributes: indexedOf(result.events, own) });
    txs.forEach((tx, index) => {
      const hash = toHex(sha256(tx));
      const events = result.txResults[index]?.events ?? [];
      const found = { height, index, attributes: indexedOf(events, txKeys(hash, height)) };
      this.#txs.push(found);
      this.#byHash.set(hash, found);
    });
  }

  find(hash: Uint8Array): TxPlace | undefined {
    return this.#byHash.get(toHex(hash));
  }

  txs(query: string): TxPlace[] {
    const conditions = parseQuery(query);
    const [only] = conditions;
    if (conditions.length === 1 && only?.key === "tx.hash" && only.op === "=") {
      const found = this.#byHash.get(only.value.toLowerCase());
      return found === undefined ? [] : [found];
    }
    const upper = conditions.map((one) =>
      one.key === "tx.hash" ? { ...one, value: one.value.toUpperCase() } : one,
    );
    return this.#txs.filter(({ attributes }) => matches(upper, attributes));
  }

  blocks(query: string): bigint[] {
    const conditions = parseQuery(query);
    return this.#blocks
      .filter(({ attributes }) => matches(conditions, attributes))
      .map(({ height }) => height);
  }
}

const txKeys = (hash: string, height: bigint): Map<string, string[]> =>
  new Map([
    ["tx.hash", [hash.toUpperCase()]],
    ["tx.height", [String(height)]],
  ]);

/** As CometBFT's kv index: attributes without the mark are not found. */
function indexedOf(events: readonly Event[], own: Map<string, string[]>): Attributes {
  return attributesOf(
    events.map((event) => ({
      ...event,
      attributes: event.attributes.filter(({ index }) => index),
    })),
    own,
  );
}

/** Values by composite key, as subscriptions match and show them. */
export function attributesOf(
  events: readonly Event[],
  own: Map<string, string[]>,
): Map<string, string[]> {
  const found = new Map(own);
  for (const { type, attributes } of events) {
    for (const { key, value } of attributes) {
      const name = `${type}.${key}`;
      found.set(name, [...(found.get(name) ?? []), value]);
    }
  }
  return found;
}

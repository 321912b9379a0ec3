import type { Branded } from "../brand.ts";

/**
 * A store key as a byte string: every UTF-16 unit is 0..255 and stands for one byte, so that `<` on keys
 * IS byte order and a key can be a Map key without a copy. Only core/collections and core/bytes make one.
 */
export type StoreKey = Branded<string, "StoreKey">;

/**
 * Which state this is, for memories that outlive a block (ADR 0023). Asking for it reads no state: it costs no gas, and a
 * memory that asks must answer as one that cannot.
 */
export type History = {
  /** The same object for all states of one multistore, and for no other's. */
  readonly origin: object;
  /** The commit that the state stands on. */
  readonly version: bigint;
  /**
   * Keys with start <= key < end that commits after `since` wrote, up to `version`; a key may come twice. undefined:
   * not known any more.
   */
  committedSince(
    since: bigint,
    store: string,
    start: StoreKey,
    end: StoreKey | undefined,
  ): readonly StoreKey[] | undefined;
  /** Keys with start <= key < end that were written above that commit; a key may come twice. */
  written(store: string, start: StoreKey, end: StoreKey | undefined): readonly StoreKey[];
};

/** Reads of one consistent state; `store` is the store's name ("acc", "bank", "tasks" ..). */
export type ReadStore = {
  get(store: string, key: StoreKey): Uint8Array | undefined;
  has(store: string, key: StoreKey): boolean;
  /** Entries with start <= key < end (end undefined: to the last), in byte order, or in reverse. */
  range(
    store: string,
    start: StoreKey,
    end: StoreKey | undefined,
    reverse?: boolean,
  ): IterableIterator<readonly [StoreKey, Uint8Array]>;
  /** undefined: a state of which nothing else is known. */
  readonly history?: History | undefined;
};

/** Values are never empty (ics23 refuses to prove them) and never changed after they were handed over. */
export type WriteStore = ReadStore & {
  set(store: string, key: StoreKey, value: Uint8Array): void;
  delete(store: string, key: StoreKey): void;
};

/** One net change of a block: the new value, or undefined for a removed key. */
export type Change = { readonly key: StoreKey; readonly value: Uint8Array | undefined };

/** The net changes of a block: stores by name in byte order, keys ascending, no change that changes nothing. */
export type ChangeSet = ReadonlyArray<{
  readonly store: string;
  readonly changes: readonly Change[];
}>;

import type { Branded } from "../brand.ts";

/**
 * A store key as a byte string: every UTF-16 unit is 0..255 and stands for one byte, so that `<` on keys
 * IS byte order and a key can be a Map key without a copy. Only core/collections and core/bytes make one.
 */
export type StoreKey = Branded<string, "StoreKey">;

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

import type { StoreKey, WriteStore } from "../../core/store/kv.ts";

/** A store that is only a Map: the oracle for the real ones, and the ground of module tests. */
export function memoryStore(): WriteStore & {
  readonly size: number;
  dump(): Map<string, Uint8Array>;
} {
  const stores = new Map<string, Map<StoreKey, Uint8Array>>();
  const of = (store: string): Map<StoreKey, Uint8Array> => {
    const found = stores.get(store) ?? new Map<StoreKey, Uint8Array>();
    stores.set(store, found);
    return found;
  };
  return {
    get: (store, key) => of(store).get(key),
    has: (store, key) => of(store).has(key),
    set(store, key, value) {
      if (value.length === 0) throw new Error(`store ${store}: empty value`);
      of(store).set(key, value);
    },
    delete: (store, key) => void of(store).delete(key),
    *range(store, start, end, reverse = false) {
      const found = [...of(store)].filter(
        ([key]) => key >= start && (end === undefined || key < end),
      );
      found.sort(([a], [b]) => (a < b ? -1 : 1));
      if (reverse) found.reverse();
      yield* found;
    },
    get size() {
      return [...stores.values()].reduce((total, store) => total + store.size, 0);
    },
    dump() {
      const all = new Map<string, Uint8Array>();
      for (const [name, store] of [...stores].sort(([a], [b]) => (a < b ? -1 : 1))) {
        for (const [key, value] of [...store].sort(([a], [b]) => (a < b ? -1 : 1)))
          all.set(`${name}/${key}`, value);
      }
      return all;
    },
  };
}

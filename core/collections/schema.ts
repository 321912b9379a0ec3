import type { Codec } from "../codec.ts";
import { BugError } from "../errors.ts";
import { indexedMap, type Index, type IndexedMap } from "./indexedMap.ts";
import { item, type Item } from "./item.ts";
import type { KeyCodec } from "./keys.ts";
import { keySet, type KeySet } from "./keySet.ts";
import { map, type StateMap } from "./map.ts";
import type { Place } from "./place.ts";
import { sequence, type Sequence } from "./sequence.ts";

// Filled while modules load, before any block: store name -> prefix -> collection name.
const taken = new Map<string, Map<number, string>>();

/**
 * The collections of one store. A prefix is one byte, taken once and never reused; where the SDK's layout has a
 * longer one, its text.
 */
export type Schema = {
  item<T>(prefix: number, name: string, value: Codec<T>): Item<T>;
  map<K, T>(
    prefix: number | string,
    name: string,
    key: KeyCodec<K>,
    value: Codec<T>,
  ): StateMap<K, T>;
  keySet<K>(prefix: number, name: string, key: KeyCodec<K>): KeySet<K>;
  sequence(prefix: number, name: string, first?: bigint): Sequence;
  indexedMap<K, T, const I extends Record<string, Index<K, T>>>(
    prefix: number,
    name: string,
    key: KeyCodec<K>,
    value: Codec<T>,
    indexes: I,
  ): IndexedMap<K, T, I>;
};

/** Refuses at start a prefix or name that is taken in that store. */
export function schema(store: string): Schema {
  const prefixes = taken.get(store) ?? new Map<number, string>();
  taken.set(store, prefixes);
  const at = (prefix: number | string, name: string): Place => {
    const text = typeof prefix === "string" ? prefix : String.fromCharCode(prefix);
    // A longer prefix takes its whole first byte, so that none is the beginning of another.
    const first = text.charCodeAt(0);
    if (text.length === 0 || first > 255) throw new BugError(`store ${store}: prefix of ${name}`);
    const other = prefixes.get(first);
    if (other !== undefined) {
      throw new BugError(`store ${store}: prefix ${first} of ${name} is taken by ${other}`);
    }
    for (const used of prefixes.values()) {
      if (used === name) throw new BugError(`store ${store}: collection ${name} is declared twice`);
    }
    prefixes.set(first, name);
    return { store, prefix: text, name };
  };
  return {
    item: (prefix, name, value) => item(at(prefix, name), value),
    map: (prefix, name, key, value) => map(at(prefix, name), key, value),
    keySet: (prefix, name, key) => keySet(at(prefix, name), key),
    sequence: (prefix, name, first) => sequence(at(prefix, name), first),
    indexedMap: (prefix, name, key, value, indexes) =>
      indexedMap(at(prefix, name), key, value, indexes, (own, index) =>
        at(own, `${name}.${index}`),
      ),
  };
}

/** Every declared collection, for documentation and for the check that every key parses. */
export function declaredCollections(): ReadonlyMap<string, ReadonlyMap<number, string>> {
  return taken;
}

import type { Codec } from "../codec.ts";
import type { Ctx, ReadCtx } from "../context.ts";
import type { DueQueue } from "../due.ts";
import type { KeyCodec } from "./keys.ts";
import { map, type Walk } from "./map.ts";
import type { Place } from "./place.ts";

// One byte, because ics23 refuses to prove empty values (WIRE.md 10).
const marker: Codec<true> = { encode: () => Uint8Array.of(1), decode: () => true };

/** A set of keys, in byte order. */
export type KeySet<K> = {
  has(ctx: ReadCtx, key: K): boolean;
  add(ctx: Ctx, key: K): void;
  remove(ctx: Ctx, key: K): void;
  keys(ctx: ReadCtx, walk?: Walk<K>): IterableIterator<K>;
  /** For pages (page.ts). */
  readonly place: Place;
  readonly key: KeyCodec<K>;
  readonly value: Codec<true>;
};

export function keySet<K>(place: Place, key: KeyCodec<K>): KeySet<K> {
  const inner = map(place, key, marker);
  return {
    place,
    key,
    value: marker,
    has: (ctx, k) => inner.has(ctx, k),
    add: (ctx, k) => inner.set(ctx, k, true),
    remove: (ctx, k) => inner.remove(ctx, k),
    keys: (ctx, walk) => inner.keys(ctx, walk),
  };
}

/** The set of (due, id) as a queue for runDue. */
export function dueQueue<D extends bigint, I>(set: KeySet<readonly [D, I]>): DueQueue<D, I> {
  return {
    due(ctx, until, limit) {
      const found: (readonly [D, I])[] = [];
      if (limit <= 0) return found;
      for (const entry of set.keys(ctx)) {
        if (entry[0] > until) break;
        found.push(entry);
        if (found.length >= limit) break;
      }
      return found;
    },
    remove: (ctx, entry) => set.remove(ctx, entry),
  };
}

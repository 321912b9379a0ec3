import type { Codec } from "../codec.ts";
import type { Ctx, ReadCtx } from "../context.ts";
import type { StoreKey } from "../store/kv.ts";
import type { Head, KeyCodec } from "./keys.ts";
import { deleteAt, hasAt, prefixEnd, rangeAt, readAt, writeAt, type Place } from "./place.ts";

/** What to walk: all, the entries under a first key part, from a key on (inclusive) or after it; in byte order. */
export type Walk<K> = {
  readonly under?: Head<K>;
  readonly from?: K;
  readonly after?: K;
  readonly reverse?: boolean;
};

/** Values by key, in byte order of the key. Iterate only what a limit bounds. */
export type StateMap<K, T> = {
  get(ctx: ReadCtx, key: K): T | undefined;
  has(ctx: ReadCtx, key: K): boolean;
  set(ctx: Ctx, key: K, value: T): void;
  remove(ctx: Ctx, key: K): void;
  entries(ctx: ReadCtx, walk?: Walk<K>): IterableIterator<readonly [K, T]>;
  keys(ctx: ReadCtx, walk?: Walk<K>): IterableIterator<K>;
  values(ctx: ReadCtx, walk?: Walk<K>): IterableIterator<T>;
  /** Values under a first key part. */
  under(ctx: ReadCtx, head: Head<K>): IterableIterator<T>;
  /** For pages (page.ts): the full store key, and its key part back. */
  readonly place: Place;
  readonly key: KeyCodec<K>;
  readonly value: Codec<T>;
};

/** Bounds of a walk as store keys. */
export function bounds<K>(
  place: Place,
  key: KeyCodec<K>,
  walk: Walk<K>,
): readonly [StoreKey, StoreKey | undefined] {
  const prefix =
    place.prefix + (walk.under === undefined || key.head === undefined ? "" : key.head(walk.under));
  let start = prefix as StoreKey;
  let end = prefixEnd(prefix);
  const reverse = walk.reverse ?? false;
  if (walk.from !== undefined) {
    const full = (place.prefix + key.encode(walk.from, true)) as StoreKey;
    if (reverse) end = lower(end, `${full}\0` as StoreKey);
    else start = higher(start, full);
  }
  if (walk.after !== undefined) {
    const full = (place.prefix + key.encode(walk.after, true)) as StoreKey;
    if (reverse) end = lower(end, full);
    else start = higher(start, `${full}\0` as StoreKey);
  }
  return [start, end];
}

/** Bounds only ever shrink: where to go on from never leads out of what is walked. */
export function higher(a: StoreKey, b: StoreKey): StoreKey {
  return a > b ? a : b;
}

export function lower(a: StoreKey | undefined, b: StoreKey): StoreKey {
  return a === undefined || b < a ? b : a;
}

export function map<K, T>(place: Place, key: KeyCodec<K>, value: Codec<T>): StateMap<K, T> {
  const at = place.prefix.length;
  const make = (k: K): string => place.prefix + key.encode(k, true);
  const full = (key.remembering?.(make) ?? make) as (k: K) => StoreKey;
  function* entries(ctx: ReadCtx, walk: Walk<K> = {}): IterableIterator<readonly [K, T]> {
    const [start, end] = bounds(place, key, walk);
    for (const [text, bytes] of rangeAt(ctx, place, start, end, walk.reverse ?? false)) {
      yield [key.decode(text, at, true)[0], value.decode(bytes)];
    }
  }
  function* values(ctx: ReadCtx, walk: Walk<K> = {}): IterableIterator<T> {
    const [start, end] = bounds(place, key, walk);
    for (const [, bytes] of rangeAt(ctx, place, start, end, walk.reverse ?? false))
      yield value.decode(bytes);
  }
  function* keys(ctx: ReadCtx, walk: Walk<K> = {}): IterableIterator<K> {
    const [start, end] = bounds(place, key, walk);
    for (const [text] of rangeAt(ctx, place, start, end, walk.reverse ?? false))
      yield key.decode(text, at, true)[0];
  }
  return {
    place,
    key,
    value,
    get(ctx, k) {
      const bytes = readAt(ctx, place, full(k));
      return bytes === undefined ? undefined : value.decode(bytes);
    },
    has: (ctx, k) => hasAt(ctx, place, full(k)),
    set: (ctx, k, v) => writeAt(ctx, place, full(k), value.encode(v)),
    remove: (ctx, k) => deleteAt(ctx, place, full(k)),
    entries,
    keys,
    values,
    under: (ctx, head) => values(ctx, { under: head }),
  };
}

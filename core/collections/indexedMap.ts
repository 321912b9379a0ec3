import type { Codec } from "../codec.ts";
import type { Ctx, ReadCtx } from "../context.ts";
import { pairKey, type KeyCodec } from "./keys.ts";
import { keySet, type KeySet } from "./keySet.ts";
import { map, type StateMap } from "./map.ts";
import type { Place } from "./place.ts";

/** A second way to find an entry: `of` gives its index key, or undefined when it is not in this index. */
export type Index<K, T> = {
  readonly prefix: number;
  readonly key: KeyCodec<unknown>;
  of(value: T, key: K): unknown;
};

/** Names the type of an index key once; the map keeps it type-safe. */
export function index<K, T, J>(
  prefix: number,
  key: KeyCodec<J>,
  of: (value: T, key: K) => J | undefined,
): Index<K, T> & { readonly key: KeyCodec<J> } {
  return { prefix, key, of } as Index<K, T> & { readonly key: KeyCodec<J> };
}

type IndexKey<X> = X extends { readonly key: KeyCodec<infer J> } ? J : never;

/** A map whose indexes follow every write: never kept by hand. */
export type IndexedMap<K, T, I> = Omit<StateMap<K, T>, "set" | "remove"> & {
  set(ctx: Ctx, key: K, value: T): void;
  remove(ctx: Ctx, key: K): void;
  /** Keys whose value has this index key, in byte order. */
  by<N extends keyof I & string>(
    ctx: ReadCtx,
    name: N,
    value: IndexKey<I[N]>,
    reverse?: boolean,
  ): IterableIterator<K>;
  /** Everything in the order of this index: its keys, each with the key of its entry. */
  ordered<N extends keyof I & string>(
    ctx: ReadCtx,
    name: N,
    reverse?: boolean,
  ): IterableIterator<readonly [IndexKey<I[N]>, K]>;
};

export function indexedMap<K, T, const I extends Record<string, Index<K, T>>>(
  place: Place,
  key: KeyCodec<K>,
  value: Codec<T>,
  indexes: I,
  at: (prefix: number, name: string) => Place,
): IndexedMap<K, T, I> {
  const inner = map(place, key, value);
  const sets: {
    name: string;
    of: Index<K, T>["of"];
    set: KeySet<readonly [unknown, K]>;
    codec: KeyCodec<unknown>;
  }[] = [];
  for (const [name, definition] of Object.entries(indexes)) {
    const set = keySet(at(definition.prefix, name), pairKey(definition.key, key));
    sets.push({ name, of: (v, k) => definition.of(v, k), set, codec: definition.key });
  }
  const move = (ctx: Ctx, k: K, before: T | undefined, after: T | undefined): void => {
    for (const { of, set, codec } of sets) {
      const old = before === undefined ? undefined : of(before, k);
      const now = after === undefined ? undefined : of(after, k);
      if (
        old !== undefined &&
        now !== undefined &&
        codec.encode(old, false) === codec.encode(now, false)
      )
        continue;
      if (old !== undefined) set.remove(ctx, [old, k]);
      if (now !== undefined) set.add(ctx, [now, k]);
    }
  };
  return {
    ...inner,
    set(ctx, k, v) {
      move(ctx, k, inner.get(ctx, k), v);
      inner.set(ctx, k, v);
    },
    remove(ctx, k) {
      move(ctx, k, inner.get(ctx, k), undefined);
      inner.remove(ctx, k);
    },
    *by(ctx, name, wanted, reverse = false) {
      const found = sets.find((one) => one.name === name);
      if (found === undefined) return;
      for (const [, k] of found.set.keys(ctx, { under: wanted as never, reverse })) yield k;
    },
    *ordered(ctx, name, reverse = false) {
      const found = sets.find((one) => one.name === name);
      if (found === undefined) return;
      for (const entry of found.set.keys(ctx, { reverse })) yield entry as never;
    },
  };
}

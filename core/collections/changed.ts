import type { ReadCtx } from "../context.ts";
import type { StoreKey } from "../store/kv.ts";
import type { Head, KeyCodec } from "./keys.ts";
import { bounds, type StateMap } from "./map.ts";
import { prefixEnd } from "./place.ts";

/** Keys that may differ from what they were at an earlier commit; a key may come twice. */
export type Changed<K> = {
  /** Written by a commit since then. */
  readonly committed: readonly K[];
  /** Written above the last commit: they may be undone, so whoever remembers them looks again. */
  readonly written: readonly K[];
};

/**
 * What changed in a collection since the commit `since`; without one, only what lies above the last. Free of gas and
 * no read of the state. undefined: not known.
 */
export function changedIn<K, T>(
  ctx: ReadCtx,
  { place, key }: Pick<StateMap<K, T>, "place" | "key">,
  since: bigint | undefined,
): Changed<K> | undefined {
  return between(ctx, place.store, place.prefix, prefixEnd(place.prefix), since, key);
}

/** The same under a first key part: what comes after it in each key. */
export function changedUnder<K, T, J>(
  ctx: ReadCtx,
  { place, key }: Pick<StateMap<K, T>, "place" | "key">,
  under: Head<K>,
  rest: KeyCodec<J>,
  since: bigint | undefined,
): Changed<J> | undefined {
  const [start, end] = bounds(place, key, { under });
  return between(ctx, place.store, start, end, since, rest);
}

function between<K>(
  ctx: ReadCtx,
  store: string,
  prefix: string,
  end: StoreKey | undefined,
  since: bigint | undefined,
  rest: KeyCodec<K>,
): Changed<K> | undefined {
  const { history } = ctx.store;
  if (history === undefined) return undefined;
  const start = prefix as StoreKey;
  const committed = since === undefined ? [] : history.committedSince(since, store, start, end);
  if (committed === undefined) return undefined;
  const at = prefix.length;
  const keyOf = (text: string): K => rest.decode(text, at, true)[0];
  return {
    committed: committed.map(keyOf),
    written: history.written(store, start, end).map(keyOf),
  };
}

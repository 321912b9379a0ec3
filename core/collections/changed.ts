import type { ReadCtx } from "../context.ts";
import { bounds, type StateMap, type Walk } from "./map.ts";

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
  walk: Walk<K>,
  since: bigint | undefined,
): Changed<K> | undefined {
  const { history } = ctx.store;
  if (history === undefined) return undefined;
  const [start, end] = bounds(place, key, walk);
  const committed =
    since === undefined ? [] : history.committedSince(since, place.store, start, end);
  if (committed === undefined) return undefined;
  const at = place.prefix.length;
  const keyOf = (text: string): K => key.decode(text, at, true)[0];
  return {
    committed: committed.map(keyOf),
    written: history.written(place.store, start, end).map(keyOf),
  };
}

/** Both, by what their keys have in common; undefined where one is not known. */
export function alsoChanged<K>(
  a: Changed<K> | undefined,
  b: Changed<K> | undefined,
): Changed<K> | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    committed: [...a.committed, ...b.committed],
    written: [...a.written, ...b.written],
  };
}

export function changedBy<K, J>(
  changed: Changed<K> | undefined,
  of: (key: K) => J,
): Changed<J> | undefined {
  if (changed === undefined) return undefined;
  return { committed: changed.committed.map(of), written: changed.written.map(of) };
}

import { bytesFromKey, keyFromBytes } from "../bytes.ts";
import type { ReadCtx } from "../context.ts";
import { invalidArgument } from "../errors.ts";
import type { StoreKey } from "../store/kv.ts";
import type { Head } from "./keys.ts";
import { bounds, higher, lower, type StateMap } from "./map.ts";
import { rangeAt } from "./place.ts";

/** cosmos.base.query.v1beta1.PageRequest and PageResponse, as generated. */
export type PageRequest = {
  key: Uint8Array;
  offset: bigint;
  limit: bigint;
  countTotal: boolean;
  reverse: boolean;
};
export type PageResponse = { nextKey: Uint8Array; total: bigint };

const defaultLimit = 100n;
const maxLimit = 1000n;

/**
 * One page of a map, with the SDK's rules: key or offset; limit 0 = 100 and counted; a big limit is clamped, never
 * refused; next_key is what to send back as key. `keep` filters without ending the page early.
 */
export function page<K, T, V = readonly [K, T]>(
  ctx: ReadCtx,
  source: Pick<StateMap<K, T>, "place" | "key" | "value">,
  request: PageRequest | undefined,
  options: {
    readonly under?: Head<K>;
    readonly keep?: (value: T, key: K) => boolean;
    readonly view?: (value: T, key: K) => V;
  } = {},
): { items: V[]; pagination: PageResponse } {
  const {
    key = new Uint8Array(),
    offset = 0n,
    limit: asked = 0n,
    countTotal = false,
    reverse = false,
  } = request ?? {};
  if (key.length > 0 && offset > 0n) {
    throw invalidArgument("invalid request, either offset or key is expected, got both");
  }
  const limit = asked === 0n ? defaultLimit : asked > maxLimit ? maxLimit : asked;
  const count = (countTotal || asked === 0n) && key.length === 0;
  const walk = options.under === undefined ? { reverse } : { under: options.under, reverse };
  const [first, last] = bounds(source.place, source.key, walk);
  const resume = (source.place.prefix + keyFromBytes(key)) as StoreKey;
  // Clamped: a made-up key never leads out of what this request may see.
  const start = key.length > 0 && !reverse ? higher(first, resume) : first;
  const end = key.length > 0 && reverse ? lower(last, `${resume}\0` as StoreKey) : last;
  const items: V[] = [];
  let seen = 0n;
  let nextKey: Uint8Array = new Uint8Array();
  for (const [text, bytes] of rangeAt(ctx, source.place, start, end, reverse)) {
    const [k] = source.key.decode(text, source.place.prefix.length, true);
    const value = source.value.decode(bytes);
    if (options.keep?.(value, k) === false) continue;
    seen += 1n;
    if (seen <= offset) continue;
    if (BigInt(items.length) < limit) {
      items.push(options.view === undefined ? ([k, value] as V) : options.view(value, k));
    } else {
      if (nextKey.length === 0)
        nextKey = bytesFromKey(text.slice(source.place.prefix.length) as StoreKey);
      if (!count) break;
    }
  }
  return { items, pagination: { nextKey, total: count ? seen : 0n } };
}

import type { Codec } from "../codec.ts";

/**
 * A codec that decodes the same byte array once. Stored bytes are never changed after they were handed over
 * (core/store/kv.ts), so what they decode to is theirs for ever: the memory can be lost at any time and changes no
 * result (THREATS D17). It goes with the bytes. Values are frozen, because all readers share them.
 */
export function remembered<T extends object>(codec: Codec<T>): Codec<T> {
  const known = new WeakMap<Uint8Array, T>();
  return {
    encode: (value) => codec.encode(value),
    decode(bytes) {
      const found = known.get(bytes);
      if (found !== undefined) return found;
      const value = Object.freeze(codec.decode(bytes));
      known.set(bytes, value);
      return value;
    },
  };
}

/**
 * What was worked out of a remembered value, and of `at`, which names everything else that went in (an epoch, a slot):
 * `make` runs again only when `at` has changed.
 */
export function rememberedAt<T extends object, A extends string | bigint, R>(): (
  value: T,
  at: A,
  make: () => R,
) => R {
  const known = new WeakMap<T, { readonly at: A; readonly result: R }>();
  return (value, at, make) => {
    const found = known.get(value);
    if (found?.at === at) return found.result;
    const result = make();
    known.set(value, { at, result });
    return result;
  };
}

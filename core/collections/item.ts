import type { Codec } from "../codec.ts";
import type { Ctx, ReadCtx } from "../context.ts";
import { BugError } from "../errors.ts";
import type { StoreKey } from "../store/kv.ts";
import { deleteAt, readAt, writeAt, type Place } from "./place.ts";

/** One value of a module. */
export type Item<T> = {
  /** Throws a BugError when it was never written: genesis writes every item that is read so. */
  get(ctx: ReadCtx): T;
  find(ctx: ReadCtx): T | undefined;
  set(ctx: Ctx, value: T): void;
  remove(ctx: Ctx): void;
};

export function item<T>(place: Place, codec: Codec<T>): Item<T> {
  const key = place.prefix as StoreKey;
  const find = (ctx: ReadCtx): T | undefined => {
    const bytes = readAt(ctx, place, key);
    return bytes === undefined ? undefined : codec.decode(bytes);
  };
  return {
    find,
    get(ctx) {
      const value = find(ctx);
      if (value === undefined)
        throw new BugError(`${place.store}.${place.name}: expected a value, got none`);
      return value;
    },
    set: (ctx, value) => writeAt(ctx, place, key, codec.encode(value)),
    remove: (ctx) => deleteAt(ctx, place, key),
  };
}

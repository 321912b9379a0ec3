import { u64Bytes, u64FromBytes } from "../bytes.ts";
import type { Ctx, ReadCtx } from "../context.ts";
import { item } from "./item.ts";
import type { Place } from "./place.ts";

/** Chain-assigned ids: the number that comes next, from `first` (1 unless genesis says otherwise). */
export type Sequence = {
  peek(ctx: ReadCtx): bigint;
  next(ctx: Ctx): bigint;
  set(ctx: Ctx, value: bigint): void;
};

export function sequence(place: Place, first = 1n): Sequence {
  const value = item(place, { encode: u64Bytes, decode: u64FromBytes });
  const peek = (ctx: ReadCtx): bigint => value.find(ctx) ?? first;
  return {
    peek,
    next(ctx) {
      const current = peek(ctx);
      value.set(ctx, current + 1n);
      return current;
    },
    set: (ctx, next) => value.set(ctx, next),
  };
}

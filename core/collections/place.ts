import type { Ctx, ReadCtx } from "../context.ts";
import { gasCosts } from "../gas.ts";
import type { StoreKey } from "../store/kv.ts";

/** Where a collection lies: its store, its prefix (one byte, or the SDK's longer one) and its name for messages. */
export type Place = { readonly store: string; readonly prefix: string; readonly name: string };

/** Metered access to the store: the SDK's prices (WIRE.md 7). Order and number of calls are consensus. */
export function readAt(ctx: ReadCtx, place: Place, key: StoreKey): Uint8Array | undefined {
  ctx.gas.charge(gasCosts.readFlat, "ReadFlat");
  const value = ctx.store.get(place.store, key);
  ctx.gas.charge(gasCosts.readPerByte * (key.length + (value?.length ?? 0)), "ReadPerByte");
  return value;
}

export function hasAt(ctx: ReadCtx, place: Place, key: StoreKey): boolean {
  ctx.gas.charge(gasCosts.has, "Has");
  return ctx.store.has(place.store, key);
}

export function writeAt(ctx: Ctx, place: Place, key: StoreKey, value: Uint8Array): void {
  ctx.gas.charge(gasCosts.writeFlat, "WriteFlat");
  ctx.gas.charge(gasCosts.writePerByte * (key.length + value.length), "WritePerByte");
  ctx.store.set(place.store, key, value);
}

export function deleteAt(ctx: Ctx, place: Place, key: StoreKey): void {
  ctx.gas.charge(gasCosts.delete, "Delete");
  ctx.store.delete(place.store, key);
}

/** Entries with start <= key < end, metered a step at a time. */
export function* rangeAt(
  ctx: ReadCtx,
  place: Place,
  start: StoreKey,
  end: StoreKey | undefined,
  reverse: boolean,
): IterableIterator<readonly [StoreKey, Uint8Array]> {
  ctx.gas.charge(gasCosts.stepFlat, "IterNextFlat");
  for (const entry of ctx.store.range(place.store, start, end, reverse)) {
    ctx.gas.charge(
      gasCosts.stepFlat + gasCosts.stepPerByte * (entry[0].length + entry[1].length),
      "IterNext",
    );
    yield entry;
  }
}

/** The first key after all keys that begin with this prefix; undefined when there is none. */
export function prefixEnd(prefix: string): StoreKey | undefined {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const code = prefix.charCodeAt(i);
    if (code < 255) return (prefix.slice(0, i) + String.fromCharCode(code + 1)) as StoreKey;
  }
  return undefined;
}

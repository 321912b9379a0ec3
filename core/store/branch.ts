import { compareAscii } from "../bytes.ts";
import { BugError } from "../errors.ts";
import type { Change, ChangeSet, History, ReadStore, StoreKey, WriteStore } from "./kv.ts";
import { Overlay } from "./overlay.ts";

type Entry = readonly [StoreKey, Uint8Array];

/** The longest key that the tree takes (WIRE.md 10). */
export const maxKeyBytes = 131_071;

/** Writes over a parent that stay apart until they are merged; discarding them leaves no trace. */
export type Branch = WriteStore & {
  /** Writes everything into target in byte order; the branch is empty then and can be used again. */
  mergeInto(target: WriteStore): void;
  discard(): void;
  isEmpty(): boolean;
  /** The last write per key, sorted; unlike a net change set it may hold writes that change nothing. */
  dirty(): ChangeSet;
};

/** A branch over any store, other branches included. The parent must not change while the branch has writes. */
export function branch(parent: ReadStore): Branch {
  return new OverlayBranch(parent);
}

class OverlayBranch implements Branch {
  readonly #parent: ReadStore;
  readonly #overlays = new Map<string, Overlay>();

  constructor(parent: ReadStore) {
    this.#parent = parent;
  }

  get history(): History | undefined {
    const below = this.#parent.history;
    if (below === undefined) return undefined;
    return {
      ...below,
      written: (store, start, end) => {
        const own = this.#overlays.get(store)?.slice(start, end) ?? [];
        return [...below.written(store, start, end), ...own.map(({ key }) => key)];
      },
    };
  }

  get(store: string, key: StoreKey): Uint8Array | undefined {
    const written = this.#overlays.get(store)?.find(key);
    if (written === undefined) return this.#parent.get(store, key);
    return written.length === 0 ? undefined : written;
  }

  has(store: string, key: StoreKey): boolean {
    const written = this.#overlays.get(store)?.find(key);
    return written === undefined ? this.#parent.has(store, key) : written.length !== 0;
  }

  /** The entries of now: writes made during the iteration do not show in it. */
  range(
    store: string,
    start: StoreKey,
    end: StoreKey | undefined,
    reverse = false,
  ): IterableIterator<Entry> {
    const below = this.#parent.range(store, start, end, reverse);
    const dirty = this.#overlays.get(store)?.slice(start, end) ?? [];
    if (dirty.length === 0) return below;
    return merged(below, reverse ? dirty.reverse() : dirty, reverse);
  }

  set(store: string, key: StoreKey, value: Uint8Array): void {
    requireKey(store, key);
    if (value.length === 0) throw new BugError(`${store}: expected a value, got an empty one`);
    this.#overlay(store).write(key, value);
  }

  delete(store: string, key: StoreKey): void {
    requireKey(store, key);
    this.#overlay(store).write(key, undefined);
  }

  mergeInto(target: WriteStore): void {
    if (target instanceof OverlayBranch) {
      for (const [store, overlay] of this.#overlays) target.#take(store, overlay);
      this.discard();
      return;
    }
    for (const { store, changes } of this.dirty()) {
      for (const { key, value } of changes) {
        if (value === undefined) target.delete(store, key);
        else target.set(store, key, value);
      }
    }
    this.discard();
  }

  discard(): void {
    this.#overlays.clear();
  }

  isEmpty(): boolean {
    return this.#overlays.size === 0;
  }

  dirty(): ChangeSet {
    const names = [...this.#overlays.keys()].sort(compareAscii);
    return names.map((store) => ({ store, changes: this.#overlays.get(store)?.changes() ?? [] }));
  }

  /** Nothing is sorted for a branch: it sorts its own writes when somebody asks for them in order. */
  #take(store: string, overlay: Overlay): void {
    const own = this.#overlays.get(store);
    if (own === undefined) this.#overlays.set(store, overlay);
    else own.absorb(overlay);
  }

  #overlay(store: string): Overlay {
    let overlay = this.#overlays.get(store);
    if (overlay === undefined) {
      overlay = new Overlay();
      this.#overlays.set(store, overlay);
    }
    return overlay;
  }
}

function requireKey(store: string, key: StoreKey): void {
  if (key.length === 0 || key.length > maxKeyBytes) {
    throw new BugError(`${store}: expected a key of 1..${maxKeyBytes} bytes, got ${key.length}`);
  }
}

/** Entries of below with the dirty ones laid over them; both in the same direction. */
function* merged(
  below: IterableIterator<Entry>,
  dirty: readonly Change[],
  reverse: boolean,
): Generator<Entry, undefined> {
  let under = below.next();
  for (const { key, value } of dirty) {
    while (under.done !== true && precedes(under.value[0], key, reverse)) {
      yield under.value;
      under = below.next();
    }
    if (under.done !== true && under.value[0] === key) under = below.next();
    if (value !== undefined) yield [key, value];
  }
  for (; under.done !== true; under = below.next()) yield under.value;
  return undefined;
}

function precedes(a: StoreKey, b: StoreKey, reverse: boolean): boolean {
  return reverse ? a > b : a < b;
}

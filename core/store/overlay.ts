import { compareAscii } from "../bytes.ts";
import type { Change, StoreKey } from "./kv.ts";
import { lowerBound } from "./lowerBound.ts";

// Short enough to filter and sort at every range, long enough that merging it in is rare.
const maxTail = 128;
const deleted = new Uint8Array(0);

// So few are found sooner one by one, and a transaction that writes no more makes no map.
const maxFew = 16;

/**
 * The dirty keys of one store, with an order beside them: most keys sorted, the newest in a short tail, so that
 * a write costs no sort and a range does not look at every dirty key of the block.
 */
export class Overlay {
  // An empty value stands for a deleted key: one lookup tells all three cases.
  #values: Map<StoreKey, Uint8Array> | undefined;
  /** While there is no map: the values of the tail's keys, which are all. */
  #few: Uint8Array[] = [];
  #sorted: StoreKey[] = [];
  #tail: StoreKey[] = [];

  get size(): number {
    return this.#sorted.length + this.#tail.length;
  }

  /** The written value, an empty one for a deleted key, undefined for a key that was not written. */
  find(key: StoreKey): Uint8Array | undefined {
    if (this.#values !== undefined) return this.#values.get(key);
    const at = this.#tail.indexOf(key);
    return at < 0 ? undefined : this.#few[at];
  }

  write(key: StoreKey, value: Uint8Array | undefined): void {
    const written = value ?? deleted;
    if (this.#values !== undefined) {
      if (!this.#values.has(key)) this.#tail.push(key);
      this.#values.set(key, written);
      return;
    }
    const at = this.#tail.indexOf(key);
    if (at >= 0) {
      this.#few[at] = written;
      return;
    }
    this.#tail.push(key);
    this.#few.push(written);
    if (this.#tail.length > maxFew) this.#map();
  }

  /** All that the other holds, over what is held here; the order of taking does not show. */
  absorb(other: Overlay): void {
    if (other.#values === undefined)
      for (const [i, key] of other.#tail.entries()) this.write(key, other.#few[i]);
    else for (const [key, value] of other.#values) this.write(key, value);
  }

  #map(): Map<StoreKey, Uint8Array> {
    if (this.#values !== undefined) return this.#values;
    const values = new Map<StoreKey, Uint8Array>();
    for (const [i, key] of this.#tail.entries()) values.set(key, this.#few[i] ?? deleted);
    this.#few = [];
    this.#values = values;
    return values;
  }

  clear(): void {
    this.#values = undefined;
    this.#few = [];
    this.#sorted = [];
    this.#tail = [];
  }

  /** Dirty entries with start <= key < end, ascending, as they are now. */
  slice(start: StoreKey, end: StoreKey | undefined): Change[] {
    if (this.#tail.length > maxTail) this.#settle();
    const inside = (key: StoreKey): boolean => key >= start && (end === undefined || key < end);
    const late = this.#tail.filter(inside).sort(compareAscii);
    const from = lowerBound(this.#sorted, start);
    const to = end === undefined ? this.#sorted.length : lowerBound(this.#sorted, end);
    const early = this.#sorted.slice(from, Math.max(from, to));
    return merge(early, late).map((key) => this.#change(key));
  }

  /** All dirty entries, ascending. */
  changes(): Change[] {
    this.#settle();
    return this.#sorted.map((key) => this.#change(key));
  }

  #change(key: StoreKey): Change {
    const value = this.find(key);
    return { key, value: value === undefined || value.length === 0 ? undefined : value };
  }

  #settle(): void {
    if (this.#tail.length === 0) return;
    // The tail's order is lost with it.
    this.#map();
    this.#sorted = merge(this.#sorted, this.#tail.sort(compareAscii));
    this.#tail = [];
  }
}

/** Both sorted, no key in both. */
function merge(a: readonly StoreKey[], b: readonly StoreKey[]): StoreKey[] {
  if (b.length === 0) return a.slice();
  if (a.length === 0) return b.slice();
  const out: StoreKey[] = [];
  let i = 0;
  for (const key of b) {
    for (let next = a[i]; next !== undefined && next < key; next = a[++i]) out.push(next);
    out.push(key);
  }
  for (let next = a[i]; next !== undefined; next = a[++i]) out.push(next);
  return out;
}

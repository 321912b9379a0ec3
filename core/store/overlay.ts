import { compareAscii } from "../bytes.ts";
import type { Change, StoreKey } from "./kv.ts";

// Short enough to filter and sort at every range, long enough that merging it in is rare.
const maxTail = 128;
const deleted = new Uint8Array(0);

/**
 * The dirty keys of one store, with an order beside them: most keys sorted, the newest in a short tail, so that
 * a write costs no sort and a range does not look at every dirty key of the block.
 */
export class Overlay {
  // An empty value stands for a deleted key: one lookup tells all three cases.
  readonly #values = new Map<StoreKey, Uint8Array>();
  #sorted: StoreKey[] = [];
  #tail: StoreKey[] = [];

  get size(): number {
    return this.#values.size;
  }

  /** The written value, an empty one for a deleted key, undefined for a key that was not written. */
  find(key: StoreKey): Uint8Array | undefined {
    return this.#values.get(key);
  }

  write(key: StoreKey, value: Uint8Array | undefined): void {
    if (!this.#values.has(key)) this.#tail.push(key);
    this.#values.set(key, value ?? deleted);
  }

  /** All that the other holds, over what is held here; the order of taking does not show. */
  absorb(other: Overlay): void {
    for (const [key, value] of other.#values) this.write(key, value);
  }

  clear(): void {
    this.#values.clear();
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
    const value = this.#values.get(key);
    return { key, value: value === undefined || value.length === 0 ? undefined : value };
  }

  #settle(): void {
    if (this.#tail.length === 0) return;
    this.#sorted = merge(this.#sorted, this.#tail.sort(compareAscii));
    this.#tail = [];
  }
}

function lowerBound(keys: readonly StoreKey[], key: StoreKey): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
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

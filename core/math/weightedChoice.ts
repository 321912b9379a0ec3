import { BugError } from "../errors.ts";

const twoTo256 = 1n << 256n;

/**
 * The number below total that 256 random bits mean, or undefined where they must be thrown away: above the last whole
 * multiple of total some results would have one chance more (THREATS X18).
 */
export function uniformBelow(random: bigint, total: bigint): bigint | undefined {
  // The last whole multiple lies less than one total below 2^256: a division, only for what is that high.
  const isFair = random + total <= twoTo256 || random < (twoTo256 / total) * total;
  return isFair ? random % total : undefined;
}

/** Weights in a fixed order, as an array of them is. They may be worked out at each call: all calls give the same. */
export type Weights = { readonly length: number; at(index: number): bigint | undefined };

/** So many weights have one sum: fewer sums are cheaper to make than many are to go through. */
const bucketBits = 4;
const bucketSize = 1 << bucketBits;

/** What an urn begins with: entry i, from 1, holds the sum of the lowbit(i) buckets that end at i. */
export function urnSums(weights: Weights): bigint[] {
  const sums = [0n];
  for (let from = 0; from < weights.length; from += bucketSize) {
    const to = Math.min(from + bucketSize, weights.length);
    let sum = 0n;
    for (let i = from; i < to; i++) {
      const weight = weights.at(i) ?? 0n;
      if (weight < 0n) throw new BugError(`weight: expected 0 or more, got ${weight}`);
      sum += weight;
    }
    sums.push(sum);
  }
  for (let i = 1; i < sums.length; i++) {
    const parent = i + (i & -i);
    if (parent < sums.length) sums[parent] = (sums[parent] ?? 0n) + (sums[i] ?? 0n);
  }
  return sums;
}

/**
 * Weights in a fixed order, to choose from without replacement: find, remove and restore in O(log n), each with the
 * same answers as cumulative sums worked out anew over what is left. A Fenwick tree over buckets of weights.
 */
export class Urn {
  readonly #weights: Weights;
  readonly #sums: bigint[];
  readonly #removed: Uint8Array;
  readonly #topStep: number;
  #total = 0n;

  /** With sums of `urnSums`, where they are at hand: they are copied. */
  constructor(weights: Weights, sums: readonly bigint[] = urnSums(weights)) {
    this.#weights = weights;
    this.#removed = new Uint8Array(weights.length);
    this.#sums = sums.slice();
    const buckets = sums.length - 1;
    for (let i = buckets; i > 0; i &= i - 1) this.#total += sums[i] ?? 0n;
    let step = 1;
    while (step * 2 <= buckets) step *= 2;
    this.#topStep = step;
  }

  /** Of what is left. */
  get total(): bigint {
    return this.#total;
  }

  /** The entry whose share of [0, total) holds x. */
  find(x: bigint): number {
    if (x < 0n || x >= this.#total)
      throw new BugError(`choice: expected 0..${this.#total - 1n}, got ${x}`);
    let at = 0;
    let rest = x;
    for (let step = this.#topStep; step > 0; step >>= 1) {
      const sum = this.#sums[at + step];
      if (sum === undefined || sum > rest) continue;
      rest -= sum;
      at += step;
    }
    return this.#findIn(at << bucketBits, rest);
  }

  /** False where it was not there any more. */
  remove(index: number): boolean {
    if (this.#removed[index] !== 0) return false;
    this.#removed[index] = 1;
    this.#add(index, -(this.#weights.at(index) ?? 0n));
    return true;
  }

  /** Undoes one remove. */
  restore(index: number): void {
    if (this.#removed[index] !== 1) throw new BugError(`urn: expected ${index} to be removed`);
    this.#removed[index] = 0;
    this.#add(index, this.#weights.at(index) ?? 0n);
  }

  /** The entry of one bucket whose share of what is left there holds x. */
  #findIn(from: number, x: bigint): number {
    let rest = x;
    for (let i = from; i < this.#weights.length; i++) {
      if (this.#removed[i] !== 0) continue;
      const weight = this.#weights.at(i) ?? 0n;
      if (rest < weight) return i;
      rest -= weight;
    }
    throw new BugError(`urn: expected its sums to be those of its weights, ${rest} too much`);
  }

  #add(index: number, delta: bigint): void {
    this.#total += delta;
    for (let i = (index >> bucketBits) + 1; i < this.#sums.length; i += i & -i)
      this.#sums[i] = (this.#sums[i] ?? 0n) + delta;
  }
}

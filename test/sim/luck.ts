import assert from "node:assert/strict";
import { seededRandom } from "../support/seededRandom.ts";

/** The one source of chance of a simulation: the same seed gives the same run. */
export class Luck {
  readonly #below: (below: number) => number;

  constructor(seed: number) {
    this.#below = seededRandom(seed);
  }

  below(bound: number): number {
    return this.#below(bound);
  }

  /** Low and high may both come. */
  between(low: number, high: number): number {
    return low + this.#below(high - low + 1);
  }

  /** True so many times out of a thousand. */
  hits(perMille: number): boolean {
    return this.#below(1000) < perMille;
  }

  pick<T>(items: readonly T[]): T {
    const found = items[this.#below(items.length)];
    return found ?? assert.fail("pick: expected items, got none");
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#below(256));
  }

  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    const order: T[] = [];
    while (left.length > 0) order.push(...left.splice(this.#below(left.length), 1));
    return order;
  }
}

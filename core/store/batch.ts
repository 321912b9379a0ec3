import { sha256 } from "../crypto/sha256.ts";
import { hashLength } from "./arena.ts";
import { StoreError } from "./errors.ts";

/** sha256 of one input; app injects a native one, which must give the same bytes. */
export type Hasher = (input: Uint8Array) => Uint8Array;

export const nobleHasher: Hasher = (input) => sha256(input);

// With these a batch and its digests fit into a core's second cache: 272 KiB.
/** Inputs that wait for a run() at most. */
export const batchSize = 256;
/** Bytes of an input in a batch at most (16 blocks of sha256); what is longer goes through `one`. */
export const longestInBatch = 1_015;

/**
 * sha256 of many short inputs at once: each is written into `inputs` where place() says, run() then takes their
 * digests. The i-th input's digest stands in `digests` at i * 32 until the next run(). Both arrays stay the same ones.
 */
export type BatchHasher = {
  readonly one: Hasher;
  readonly inputs: Uint8Array;
  readonly digests: Uint8Array;
  /** Where the next input, of `length` bytes, begins in `inputs`. */
  place(length: number): number;
  run(): void;
};

/** Before place(): `placed` inputs wait already. */
export function requireRoom(placed: number, length: number): void {
  if (placed >= batchSize || length > longestInBatch) {
    const room = `${batchSize} inputs of up to ${longestInBatch} bytes`;
    throw new StoreError(`batch: expected ${room}, got ${placed + 1}, ${length} bytes`);
  }
}

/** A batch without a batched hasher: the oracle of the others, and what stands in for them. */
export class PlainBatch implements BatchHasher {
  readonly one: Hasher;
  readonly inputs = new Uint8Array(batchSize * (longestInBatch + 1));
  readonly digests = new Uint8Array(batchSize * hashLength);
  readonly #ends: number[] = [0];

  constructor(one: Hasher) {
    this.one = one;
  }

  place(length: number): number {
    const start = this.#ends.at(-1) ?? 0;
    requireRoom(this.#ends.length - 1, length);
    this.#ends.push(start + length);
    return start;
  }

  run(): void {
    for (let i = 1; i < this.#ends.length; i++) {
      const input = this.inputs.subarray(this.#ends[i - 1], this.#ends[i]);
      this.digests.set(this.one(input), (i - 1) * hashLength);
    }
    this.#ends.length = 1;
  }
}

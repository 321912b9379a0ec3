import { sha256 } from "../crypto/sha256.ts";
import { hashLength } from "./arena.ts";

/** sha256 of one input; app injects a native one, which must give the same bytes. */
export type Hasher = (input: Uint8Array) => Uint8Array;

export const nobleHasher: Hasher = (input) => sha256(input);

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

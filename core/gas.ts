import { sdkErrors } from "./errors.ts";

/** Costs of the SDK's KV store (WIRE.md 7); number and order of reads and writes are consensus. */
export const gasCosts = {
  has: 1000n,
  delete: 1000n,
  readFlat: 1000n,
  readPerByte: 3n,
  writeFlat: 2000n,
  writePerByte: 30n,
  stepFlat: 30n,
  stepPerByte: 3n,
} as const;

/** Gas of one transaction; limit undefined = infinite (genesis, begin and end of block, queries, simulate). */
export class GasMeter {
  readonly limit: bigint | undefined;
  #used = 0n;

  constructor(limit?: bigint) {
    this.limit = limit;
  }

  get used(): bigint {
    return this.#used;
  }

  /** Throws sdk/11 beyond the limit; what was used stays counted, above the limit too. */
  consume(amount: bigint, location: string): void {
    this.#used += amount;
    if (this.limit === undefined || this.#used <= this.limit) return;
    throw sdkErrors.outOfGas(
      `out of gas in location: ${location}; gasWanted: ${this.limit}, gasUsed: ${this.#used}: out of gas`,
    );
  }
}

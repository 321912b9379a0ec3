import { BugError, sdkErrors } from "./errors.ts";

/** Costs of the SDK's KV store (WIRE.md 7); number and order of reads and writes are consensus. */
export const gasCosts = {
  has: 1000,
  delete: 1000,
  readFlat: 1000,
  readPerByte: 3,
  writeFlat: 2000,
  writePerByte: 30,
  stepFlat: 30,
  stepPerByte: 3,
} as const;

const maxUnits = Number.MAX_SAFE_INTEGER;

/**
 * Gas of one transaction; limit undefined = infinite (genesis, begin and end of block, queries, simulate). It counts in
 * safe integers: a bigint for each of a transaction's reads and writes costs more than the read.
 */
export class GasMeter {
  readonly limit: bigint | undefined;
  readonly #limit: number;
  #used = 0;

  constructor(limit?: bigint) {
    this.limit = limit;
    this.#limit = limit === undefined || limit > BigInt(maxUnits) ? maxUnits : Number(limit);
  }

  get used(): bigint {
    return BigInt(this.#used);
  }

  /** Throws sdk/11 beyond the limit; what was used stays counted, above the limit too. */
  consume(amount: bigint, location: string): void {
    this.charge(Number(amount), location);
  }

  /** The same for an amount that is counted in a number. */
  charge(units: number, location: string): void {
    const used = this.#used + units;
    if (used > maxUnits) throw new BugError(`gas: expected at most ${maxUnits}, got ${used}`);
    this.#used = used;
    if (used <= this.#limit) return;
    throw sdkErrors.outOfGas(
      `out of gas in location: ${location}; gasWanted: ${this.limit}, gasUsed: ${used}: out of gas`,
    );
  }
}

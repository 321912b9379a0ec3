/**
 * Balance changes against minted - burned, by denom, within one branch. Module bank reports both sides; a branch
 * ends balanced or is undone.
 */
export class CoinLedger {
  readonly #difference = new Map<string, bigint>();

  /** A balance changed by delta. */
  balance(denom: string, delta: bigint): void {
    this.#difference.set(denom, (this.#difference.get(denom) ?? 0n) + delta);
  }

  /** The supply changed by delta (minted, or minus burned). */
  supply(denom: string, delta: bigint): void {
    this.balance(denom, -delta);
  }

  /** undefined, or what is wrong. */
  imbalance(): string | undefined {
    for (const [denom, delta] of this.#difference) {
      if (delta !== 0n)
        return `coins: expected balances to change by minted - burned, got ${delta}${denom} more`;
    }
    return undefined;
  }
}

/**
 * Decides whether restarting still helps. A fault in a block repeats at the same height, so after
 * some restarts without a new height more of them only hide it. A run that was long healthy starts
 * the count anew: an idle chain makes no heights and may be restarted once a month.
 */
export class Progress {
  readonly #maxRestarts: number;
  readonly #healthyMs: number;
  #height = -1n;
  #restarts = 0;

  constructor(maxRestarts: number, healthyMs: number) {
    this.#maxRestarts = maxRestarts;
    this.#healthyMs = healthyMs;
  }

  /** The last height known to be committed; 0 before any. */
  get height(): bigint {
    return this.#height < 0n ? 0n : this.#height;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** The app reports its committed height; false when it was restarted in vain too often. */
  ready(height: bigint): boolean {
    // The largest seen: a killed app may come back one commit lower, which is no step forward later.
    if (height > this.#height) {
      this.#height = height;
      this.#restarts = 0;
    }
    return this.#restarts <= this.#maxRestarts;
  }

  /** The chain goes back on purpose: lower heights are new ones again. */
  forget(): void {
    this.#height = -1n;
    this.#restarts = 0;
  }

  /**
   * A run ended. False when the app was not even ready and may not try again; of one that was ready
   * only its next start can say whether it made blocks.
   */
  ended(wasReady: boolean, ranMs: number): boolean {
    if (wasReady && ranMs >= this.#healthyMs) this.#restarts = 0;
    this.#restarts += 1;
    return wasReady || this.#restarts <= this.#maxRestarts;
  }
}

const everyMs = 100;

/**
 * Watches how late this process gets to its work. Time spent in ABCI calls is taken off: a long FinalizeBlock is work
 * and has its own figure; what is left is the rest of the process, which must never hold CometBFT up.
 */
export class DelayWatch {
  readonly #seen: (seconds: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #last = performance.now();
  #busyMs = 0;
  #worst = 0;
  #current = 0;

  constructor(seen: (seconds: number) => void) {
    this.#seen = seen;
  }

  start(): void {
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#look(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** An ABCI call took this long. */
  busy(ms: number): void {
    this.#busyMs += ms;
  }

  /** The worst of the last ten seconds or so. */
  get seconds(): number {
    return Math.max(this.#worst, this.#current);
  }

  #ticks = 0;

  #look(): void {
    const now = performance.now();
    const late = Math.max(0, now - this.#last - everyMs - this.#busyMs) / 1000;
    this.#last = now;
    this.#busyMs = 0;
    this.#seen(late);
    this.#current = Math.max(this.#current, late);
    this.#ticks += 1;
    if (this.#ticks < 100) return;
    this.#ticks = 0;
    this.#worst = this.#current;
    this.#current = 0;
  }
}

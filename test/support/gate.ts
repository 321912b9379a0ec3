/** Keeps a web service's callers waiting until the test lets them go on. */
export class Gate {
  #open = true;
  #free = 0;
  readonly #passed = new Set<string>();
  #waiting: (() => void)[] = [];

  /** From now on only the first `free` callers get an answer. */
  hold(free = 0): void {
    this.#open = false;
    this.#free = free;
    this.#passed.clear();
  }

  pass(caller: string): Promise<void> {
    if (this.#open || this.#passed.has(caller)) return Promise.resolve();
    if (this.#passed.size < this.#free) {
      this.#passed.add(caller);
      return Promise.resolve();
    }
    return new Promise((go) => this.#waiting.push(go));
  }

  release(): void {
    this.#open = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}

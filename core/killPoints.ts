/**
 * Named places where a test lets a process of a test chain die, as by kill -9. How it dies is the program's own
 * matter: nothing here knows of processes, and nothing of consensus passes here.
 */
export class KillPoints<Point extends string> {
  readonly #names: readonly Point[];
  readonly #die: () => never;
  // One process has one life.
  #armed: { readonly point: Point; left: number } | undefined;

  constructor(names: readonly Point[], die: () => never) {
    this.#names = names;
    this.#die = die;
  }

  /** `POINT:COUNT`: it dies when it passes the point for the COUNTth time; false: not so, or no test chain. */
  arm(spec: string, chainId: string): boolean {
    const [name, count = "1"] = spec.split(":");
    const left = Number(count);
    const point = this.#names.find((known) => known === name);
    if (!isTestChain(chainId) || point === undefined || !Number.isSafeInteger(left) || left < 1) {
      return false;
    }
    this.#armed = { point, left };
    return true;
  }

  get isArmed(): boolean {
    return this.#armed !== undefined;
  }

  /** Whether the process dies here: for points that first leave something half done. */
  isDying(point: Point): boolean {
    if (this.#armed === undefined || this.#armed.point !== point) return false;
    return --this.#armed.left === 0;
  }

  pass(point: Point): void {
    if (this.isDying(point)) this.#die();
  }
}

/** Its id ends in -local-, -dev- or -test- and a number. */
function isTestChain(chainId: string): boolean {
  const [number = "", kind = "", ...name] = chainId.split("-").reverse();
  const isNumber = number !== "" && [...number].every((digit) => "0123456789".includes(digit));
  return isNumber && ["local", "dev", "test"].includes(kind) && name.length > 0;
}

/** No endpoint answered at all: nothing is known of the chain's state. */
export class RpcUnavailable extends Error {
  override readonly name: string = "RpcUnavailable";
  readonly looked: readonly string[];

  constructor(looked: readonly string[]) {
    super(`no node answers: ${looked.join(" · ")}`);
    this.looked = looked;
  }
}

/** A query was refused: codespace, code and log of the node. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly codespace: string;
  readonly code: number;
  readonly path: string;

  constructor(path: string, codespace: string, code: number, log: string) {
    super(log);
    this.path = path;
    this.codespace = codespace;
    this.code = code;
  }

  /** True when the thing asked for does not exist (as opposed to: could not be asked). */
  get notFound(): boolean {
    return this.codespace === "sdk" && (this.code === 22 || this.code === 38);
  }
}

/**
 * A node's answer is not what CometBFT says there: a proxy, another program, or a node that lies. As good as none, so
 * that whoever waits for an answer waits on.
 */
export class RpcMalformed extends RpcUnavailable {
  override readonly name = "RpcMalformed";

  constructor(place: string, expected: string, actual: unknown) {
    const shown = typeof actual === "string" ? `"${actual.slice(0, 80)}"` : typeof actual;
    super([`${place}: expected ${expected}, got ${actual === null ? "null" : shown}`]);
  }
}

import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export type Source = "app" | "comet" | "solo" | "node";

/** The log of one node, of both processes in the order of their lines. */
export const LOG_NAME = "node.log";
const MAX_LOG_BYTES = 64 * 1024 * 1024;

export function prefixed(source: Source, text: string): string {
  return `${source.padEnd(5)} | ${text}`;
}

/** Calls back for every line of an output; the returned promise ends with the output. */
export function readLines(stream: Readable, line: (text: string) => void): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", line).once("close", resolve);
  });
}

export class LogFile {
  readonly #path: string;
  #stream: WriteStream;
  #size: number;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#path = join(directory, LOG_NAME);
    this.#size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    this.#stream = this.#open();
  }

  write(line: string): void {
    if (this.#size > MAX_LOG_BYTES) this.#rotate();
    this.#size += Buffer.byteLength(line) + 1;
    this.#stream.write(`${line}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }

  /** One file before this one is kept: a node must not fill its disk with words. */
  #rotate(): void {
    this.#stream.end();
    renameSync(this.#path, `${this.#path}.1`);
    this.#size = 0;
    this.#stream = this.#open();
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: "a", mode: 0o600 });
    // A full disk stops the app by its own fsync; a lost log line must not stop it sooner.
    stream.on("error", () => undefined);
    return stream;
  }
}

const PLAIN_ERROR = /^(?:panic: |ERROR: |Error: |E\[|(?:Uncaught )?[A-Za-z]*Error(?: \[\w+\])?: )/;

/** Whether a line that is no JSON tells why a program ended: of Node, of Go, of Comet's log. */
export function looksFatal(line: string): boolean {
  return PLAIN_ERROR.test(line) || saysConsensusFailed(line);
}

const CONSENSUS_FAILURE = "CONSENSUS FAILURE!!!";
const CONSENSUS_FAILED = /^E\[[^\]]*\] CONSENSUS FAILURE!!! +module=consensus /;

/**
 * Whether CometBFT says that it stopped making blocks for good, of a full disk or an answer that it cannot use: its
 * process and its RPC live on. Text that a peer sent may stand in a line, so only the message itself counts.
 */
export function saysConsensusFailed(line: string): boolean {
  if (!line.includes(CONSENSUS_FAILURE)) return false;
  if (!line.startsWith("{")) return CONSENSUS_FAILED.test(line);
  try {
    return (JSON.parse(line) as { _msg?: unknown })._msg === CONSENSUS_FAILURE;
  } catch {
    return false;
  }
}

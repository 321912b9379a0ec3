import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { readLines } from "./lines.ts";

const LAST_LINES_MS = 1000;

export type Command = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One of the two processes, from its start until it and its output are gone. */
export class Child {
  /** As soon as it ended. */
  readonly ended: Promise<Exit>;
  /** Once its last lines were read too. */
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #gone = false;
  #stopped: Promise<Exit> | undefined;

  constructor(command: Command, line: (text: string) => void) {
    // A group of its own: Ctrl-C in a terminal must reach the supervisor alone, which stops the two
    // in their order. The open stdin tells the child when the supervisor itself was killed.
    const child = spawn(command.command, command.args, {
      env: { ...process.env, ...command.env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#process = child;
    child.stdin.on("error", () => undefined);
    const outputs = [readLines(child.stdout, line), readLines(child.stderr, line)];
    this.ended = new Promise<Exit>((resolve) => {
      child.once("error", (error) => {
        line(`Error: cannot start ${command.command}: ${error.message}`);
        resolve({ code: null, signal: null });
      });
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    this.exited = this.ended.then(async (exit) => {
      this.#gone = true;
      // A grandchild may hold the outputs open; its lines are not worth waiting for.
      const grace = new AbortController();
      const late = delay(LAST_LINES_MS, undefined, grace).catch(() => undefined);
      await Promise.race([Promise.all(outputs), late]);
      grace.abort();
      return exit;
    });
  }

  get pid(): number | undefined {
    return this.#gone ? undefined : this.#process.pid;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#gone) this.#process.kill(signal);
  }

  /** SIGTERM once, and SIGKILL when that was not heard in time; resolves when all is gone. */
  stop(patienceMs: number): Promise<Exit> {
    this.#stopped ??= this.#terminate(patienceMs);
    return this.#stopped;
  }

  async #terminate(patienceMs: number): Promise<Exit> {
    const timer = setTimeout(() => this.kill("SIGKILL"), patienceMs);
    this.kill("SIGTERM");
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}

export function describeExit(exit: Exit): string {
  return exit.signal === null
    ? `exited with ${exit.code ?? "an error"}`
    : `ended by ${exit.signal}`;
}

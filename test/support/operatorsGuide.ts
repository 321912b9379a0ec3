import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { packageRoot, program } from "../../cli/home/programs.ts";
import { DEFAULT_PORTS } from "../../cli/supervise/config.ts";

// Below the ports that a system gives to connections.
const guideOffset = 5_000;

export type Block = { readonly code: string; readonly until: string | undefined };

/** The blocks of docs/OPERATORS.md that run, in their order, moved to other ports. */
export function guideBlocks(offset: number): Block[] {
  const page = fs.readFileSync(path.join(packageRoot, "docs", "OPERATORS.md"), "utf8");
  const fences = page.matchAll(/^```sh(.*)\n([\s\S]*?)^```$/gm);
  return [...fences].flatMap(([, info = "", code = ""]) => {
    if (info.includes("no-run")) return [];
    const until = / background until="([^"]+)"/.exec(info)?.[1];
    return [{ code: moved(code, offset), until }];
  });
}

function moved(code: string, offset: number): string {
  const health = DEFAULT_PORTS.app;
  return code
    .replaceAll(String(guideOffset), String(offset))
    .replaceAll(String(health + guideOffset), String(health + offset));
}

/** Runs blocks as the page tells, in one folder; `npx assay` is the program of this tree. */
export class Guide {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #background: ChildProcess[] = [];
  /** Everything that was printed. */
  out = "";

  constructor(folder: string, comet: string) {
    this.folder = folder;
    this.#env = { ...process.env, HOME: path.join(folder, "user"), COMETBFT: comet, CI: "true" };
  }

  /** Resolves with its output once it has ended well, or in the background says that it is up. */
  async run({ code, until }: Block): Promise<string> {
    const { command, args } = program("cli/main");
    const words = [command, ...args].map((word) => `'${word}'`).join(" ");
    const script = `npx() { shift; ${words} "$@"; }\n${code}`;
    const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
      ...{ cwd: this.folder, env: this.#env, stdio: ["ignore", "pipe", "pipe"] },
    });
    if (until !== undefined) this.#background.push(child);
    let own = "";
    return new Promise<string>((resolve, reject) => {
      const read = (text: string): void => {
        own += text;
        this.out += text;
        if (until !== undefined && own.includes(until)) resolve(own);
      };
      child.stdout.setEncoding("utf8").on("data", read);
      child.stderr.setEncoding("utf8").on("data", read);
      child.once("close", (ended) => {
        if (ended === 0) resolve(own);
        else reject(new Error(`block ended with ${ended}:\n${code}\n${own}`));
      });
    });
  }

  /** Waits for what `run` left in the background. */
  async ended(): Promise<void> {
    const left = this.#background.filter((child) => child.exitCode === null);
    await Promise.all(left.map((child) => new Promise((resolve) => child.once("close", resolve))));
  }
}

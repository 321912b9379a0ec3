import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { program } from "../../cli/home/programs.ts";
import { portsFrom } from "../../cli/supervise/config.ts";
import { isSolo } from "../../cli/supervise/engine.ts";
import { Rpc } from "./comet.ts";
import { finish } from "./localnet.ts";
import { freeOffset } from "./ports.ts";

/** What a person sees is both outputs. */
export type Said = { readonly status: number | null; readonly text: string; readonly out: string };

/** The heights that `assay status` says are kept: the first block, the first state, and the last of both. */
export function keptOf(status: string): { blocks: number; state: number; last: number } {
  const line = /^kept {7}blocks (\d+)\.\.(\d+) {3}state (\d+)\.\.\d+$/m.exec(status);
  if (line === null) throw new Error(`status: expected a line of what is kept, got\n${status}`);
  const [blocks = 0, last = 0, state = 0] = line.slice(1).map(Number);
  return { blocks, state, last };
}

/** The home of one consensus validator, made and run by the commands that an operator types. */
export class OneHome {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-home-"));
  readonly home = path.join(this.folder, "node0");
  readonly ports: ReturnType<typeof portsFrom>;
  readonly rpc: Rpc;
  /** Everything that any of its commands printed. */
  printed = "";
  readonly #env: NodeJS.ProcessEnv;
  #running: ChildProcess | undefined;

  private constructor(engine: string, offset: number) {
    this.ports = portsFrom(offset);
    this.rpc = new Rpc(this.ports.rpc);
    const own = { HOME: path.join(this.folder, "user"), CI: "true" };
    // The solo engine is for machines without any CometBFT: here is none to be found.
    this.#env = isSolo(engine)
      ? { ...own, PATH: path.join(this.folder, "none"), ASSAY_ENGINE: "solo" }
      : { ...process.env, ...own, COMETBFT: engine };
  }

  /** With the coins of a key `founder`, whose passphrase is in the file that answers are given from. */
  static async make(engine: string): Promise<OneHome> {
    const offset = await freeOffset((at) => Object.values(portsFrom(at)));
    const self = new OneHome(engine, offset);
    const { passphraseFile: file } = self;
    fs.writeFileSync(file, "correct horse battery staple\n", { mode: 0o600 });
    await self.must("init", "node0", "--chain-id", "assay-dev-1", "--port-offset", String(offset));
    await self.must("keys", "add", "founder", "--passphrase-file", file);
    await self.must("genesis", "add-genesis-account", "founder", "1000000ASSAY");
    return self;
  }

  get passphraseFile(): string {
    return path.join(this.folder, "passphrase");
  }

  page(name: string): string {
    return `http://127.0.0.1:${this.ports.app}/${name}`;
  }

  in(...names: readonly string[]): string {
    return path.join(this.home, ...names);
  }

  /** Of the process that `assay start` is. */
  get supervisor(): number {
    const text = fs.readFileSync(this.in("node.pids.json"), "utf8");
    return (JSON.parse(text) as { supervisor: number }).supervisor;
  }

  log(): string {
    return fs.readFileSync(this.in("logs", "node.log"), "utf8");
  }

  /** A command on this home to its end. */
  async assay(...args: readonly string[]): Promise<Said> {
    const { code, out, err } = await finish("cli/main", [...args, "--home", this.home], this.#env);
    const text = out + err;
    this.printed += text;
    return { status: code, text, out };
  }

  async must(...args: readonly string[]): Promise<Said> {
    const said = await this.assay(...args);
    if (said.status === 0) return said;
    throw new Error(`assay ${args.join(" ")}: expected 0, got ${said.status}\n${said.text}`);
  }

  /** A command that runs on. */
  begin(...args: readonly string[]): ChildProcess {
    const { command, args: own } = program("cli/main", ...args, "--home", this.home);
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(command, own, { env: this.#env, stdio: [...stdio] });
    const read = (text: string): void => void (this.printed += text);
    child.stdout?.setEncoding("utf8").on("data", read);
    child.stderr?.setEncoding("utf8").on("data", read);
    return child;
  }

  /** `assay start`, until the second block: the one that proves genesis. `into`: where all its words go. */
  async start(into?: number): Promise<ChildProcess> {
    const child = into === undefined ? this.begin("start", "--quiet") : this.#wordsInto(into);
    this.#running = child;
    await this.rpc.untilHeight(2);
    return child;
  }

  #wordsInto(file: number): ChildProcess {
    const { command, args } = program("cli/main", "start", "--home", this.home);
    return spawn(command, args, { env: this.#env, stdio: ["ignore", file, file] });
  }

  /** As systemd does; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#running;
    this.#running = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    return new Promise((resolve) => {
      child.once("close", (code) => resolve(code));
      child.kill("SIGTERM");
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

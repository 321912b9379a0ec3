import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { program } from "../../cli/home/programs.ts";
import { isSolo } from "../../cli/supervise/engine.ts";
import { demoServerPort, nodePorts } from "../../localnet/ports.ts";
import { freeOffset } from "./ports.ts";

export type Finished = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs a program of this package to its end. */
export async function finish(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Finished> {
  const { command, args: own } = program(name, ...args);
  const child = spawn(command, own, { env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

/** A local network of its own folder and ports, for one test file. */
export class TestLocalnet {
  readonly data = fs.mkdtempSync(path.join(os.tmpdir(), "assay-localnet-"));
  readonly env: NodeJS.ProcessEnv;
  readonly validators: number;
  offset = 0;
  out = "";
  #process: ChildProcess | undefined;

  constructor(comet: string, validators = 1) {
    this.validators = validators;
    const HOME = path.join(this.data, "user");
    const engine = isSolo(comet) ? { ASSAY_ENGINE: "solo" } : { COMETBFT: comet };
    this.env = { ...process.env, HOME, CI: "true", ...engine };
  }

  async args(...more: readonly string[]): Promise<string[]> {
    if (this.offset === 0)
      this.offset = await freeOffset((offset) => portsOf(this.validators, offset));
    const common = ["--data", path.join(this.data, "net"), "--port-offset", String(this.offset)];
    return [...common, "--v", String(this.validators), ...more];
  }

  /** Up to READY; it runs on. */
  async start(...more: readonly string[]): Promise<void> {
    const { command, args } = program("localnet/main", ...(await this.args(...more)));
    const child = spawn(command, args, { env: this.env, stdio: ["ignore", "pipe", "inherit"] });
    this.#process = child;
    this.out = "";
    await new Promise<void>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`ended with ${code}\n${this.out}`)));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        this.out += text;
        if (/^READY .*\n/m.test(this.out)) resolve();
      });
    });
  }

  async once(...more: readonly string[]): Promise<Finished> {
    return finish("localnet/main", await this.args("--once", ...more), this.env);
  }

  /** A command of `assay localnet` for this network. */
  control(...args: readonly string[]): Promise<Finished> {
    const data = ["--data", path.join(this.data, "net")];
    return finish("cli/main", ["localnet", ...args, ...data], this.env);
  }

  /** Any other command, with all nodes of this network. */
  cli(...args: readonly string[]): Promise<Finished> {
    return finish("cli/main", [...args, "--node", this.rpc().join(",")], this.env);
  }

  rpc(): string[] {
    const indexes = Array.from({ length: this.validators }, (_, i) => i);
    return indexes.map((i) => `http://127.0.0.1:${nodePorts(i, this.offset).rpc}`);
  }

  /** As Ctrl-C in the terminal does; answers the exit code. */
  async interrupt(): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = once(child, "exit") as Promise<[number | null]>;
    child.kill("SIGINT");
    const [code] = await ended;
    return code;
  }

  async remove(): Promise<void> {
    await this.interrupt();
    fs.rmSync(this.data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function portsOf(validators: number, offset: number): number[] {
  const nodes = Array.from({ length: validators }, (_, i) => Object.values(nodePorts(i, offset)));
  return [...nodes.flat(), demoServerPort(offset)];
}

export type RpcStatus = {
  readonly sync_info: {
    readonly latest_block_height: string;
    readonly latest_app_hash: string;
    readonly catching_up: boolean;
  };
};

export async function rpcStatus(url: string): Promise<RpcStatus["sync_info"]> {
  const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(5_000) });
  const { result } = (await response.json()) as { result: RpcStatus };
  return result.sync_info;
}

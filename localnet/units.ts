import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { program } from "../cli/home/programs.ts";
import { pidFileOf, type NodePids } from "../cli/home/runNode.ts";
import { isSolo } from "../cli/supervise/engine.ts";
import { readJson } from "../cli/home/files.ts";
import type { Folder } from "./folder.ts";
import { delay, isOwn, isRunning, signal, signalOwn } from "./processes.ts";

/** One long-running member of the network: a consensus validator ("node0") or an executor ("executor1"). */
export type Unit = {
  readonly name: string;
  readonly kind: "node" | "executor";
  readonly home: string;
  readonly args: readonly string[];
};

export function nodeUnit(folder: Folder, index: number, engine: string): Unit {
  const home = folder.in(`node${index}`);
  const named = isSolo(engine) ? ["--engine", "solo"] : ["--engine", "comet", "--cometbft", engine];
  const { args } = program("cli/main", "start", "--home", home, ...named, "--quiet");
  return { name: `node${index}`, kind: "node", home, args };
}

/** Executors count from 1: number 0 of the accounts is the user's. */
export function executorUnit(folder: Folder, index: number): Unit {
  const home = folder.in(`executor${index}`);
  const { args } = program("executor/main", "--home", home);
  return { name: `executor${index}`, kind: "executor", home, args };
}

/** A unit with this file is down on purpose and is not started again. */
export const downFileOf = (home: string): string => path.join(home, "down");
export const processLogOf = (home: string): string => path.join(home, "logs", "process.log");
const executorPidFile = (home: string): string => path.join(home, "executor.pid");
const executorReadyFile = (home: string): string => path.join(home, "executor.ready");

/** Process id of the executor that last said it was ready. */
export function readyPid(home: string): number | undefined {
  const file = executorReadyFile(home);
  return fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : undefined;
}

/** All process ids of a unit that may still run, the supervisor first. */
export function pidsOf({ kind, home }: Pick<Unit, "kind" | "home">): number[] {
  if (kind === "executor") {
    const file = executorPidFile(home);
    return fs.existsSync(file) ? [Number(fs.readFileSync(file, "utf8"))] : [];
  }
  const file = pidFileOf(home);
  if (!fs.existsSync(file)) return [];
  const { supervisor, app, comet } = readJson(file) as NodePids;
  return [supervisor, app, comet].filter((pid) => pid !== undefined);
}

/** Signal 9 to every process of a unit: nothing of it can finish anything. Answers the ids that were hit. */
export function killUnit(unit: Pick<Unit, "kind" | "home">): number[] {
  // All are looked at before the first is hit: a process that sees another one die would begin to end in order.
  const pids = pidsOf(unit).filter((pid) => isOwn(pid, unit.home));
  return pids.filter((pid) => signal(pid, "SIGKILL"));
}

/** Asks what an earlier run left behind to end, and ends what does not. */
export async function endLeftovers(units: readonly Unit[]): Promise<void> {
  const left = units.flatMap((unit) =>
    pidsOf(unit)
      .slice(0, 1)
      .map((pid) => ({ pid, unit })),
  );
  const asked = left.filter(({ pid, unit }) => signalOwn(pid, unit.home, "SIGTERM"));
  const patience = 200;
  for (let i = 0; i < patience && asked.some(({ pid }) => isRunning(pid)); i++) await delay(100);
  for (const { unit } of left) killUnit(unit);
}

/**
 * A running unit. Its own process group keeps Ctrl-C in the terminal from reaching it before its turn; its open
 * stdin tells it when this process is gone.
 */
export class Running {
  readonly unit: Unit;
  readonly #process: ChildProcess;
  readonly ended: Promise<number | null>;
  #output = "";
  #gone = false;
  /** True after an executor's JSON line; a node is ready when its RPC answers. */
  #ready = false;

  constructor(unit: Unit) {
    this.unit = unit;
    fs.mkdirSync(path.dirname(processLogOf(unit.home)), { recursive: true, mode: 0o700 });
    const log = fs.openSync(processLogOf(unit.home), "a", 0o600);
    const child = spawn(process.execPath, unit.args, {
      stdio: ["pipe", "pipe", log],
      detached: true,
      env: { ...process.env, ASSAY_SUPERVISED: "1" },
    });
    fs.closeSync(log);
    this.#process = child;
    child.stdin?.on("error", () => undefined);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    if (unit.kind === "executor" && child.pid !== undefined)
      fs.writeFileSync(executorPidFile(unit.home), String(child.pid), { mode: 0o600 });
    this.ended = new Promise((resolve) => {
      child.once("error", () => resolve(null));
      child.once("exit", resolve);
    }).then((code) => {
      this.#gone = true;
      return code as number | null;
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  get isReady(): boolean {
    return this.#ready && !this.#gone;
  }

  get pid(): number | undefined {
    return this.#gone ? undefined : this.#process.pid;
  }

  /** SIGTERM, and everything of it by signal 9 when that takes too long. */
  async stop(patienceMs: number): Promise<void> {
    if (this.#gone) return;
    const timer = setTimeout(() => {
      killUnit(this.unit);
      this.#process.kill("SIGKILL");
    }, patienceMs);
    this.#process.kill("SIGTERM");
    await this.ended;
    clearTimeout(timer);
  }

  /** The last lines of its log: why it ended. */
  lastWords(): string {
    const file = processLogOf(this.unit.home);
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const lines = text.trimEnd().split("\n").slice(-6);
    return `${lines.join("\n             ")}\n             log  ${file}`;
  }

  #read(text: string): void {
    fs.appendFileSync(processLogOf(this.unit.home), text, { mode: 0o600 });
    this.#output = (this.#output + text).slice(-4096);
    if (this.#ready || !this.#output.includes('"ready":true')) return;
    this.#ready = true;
    const file = executorReadyFile(this.unit.home);
    fs.writeFileSync(file, String(this.#process.pid), { mode: 0o600 });
  }
}

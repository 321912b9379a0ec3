import { spawn } from "node:child_process";
import fs from "node:fs";
import { errorText, exitCodeOf, exitCodes } from "../cli/exit.ts";
import { program } from "../cli/home/programs.ts";
import { AssayClient } from "../client/index.ts";
import { control } from "./control.ts";
import { Folder } from "./folder.ts";
import { inUse, lockFolder, runningPid } from "./lock.ts";
import { help, readOptions, type Options } from "./options.ts";
import { delay } from "./processes.ts";
import { makeReport, type Report } from "./report.ts";
import { startLocalnet, type Localnet } from "./start.ts";
import { facts, readyLine, summaryLines } from "./summary.ts";
import { Watch } from "./watch.ts";

const verbs = ["kill", "start", "stop", "serve", "status"] as const;

async function main(args: readonly string[]): Promise<number> {
  const [verb = ""] = args;
  if ((verbs as readonly string[]).includes(verb)) return control(args);
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(`${help}\n`);
    return exitCodes.done;
  }
  if (options.detach) return runInBackground(args, options);
  return run(options);
}

async function run(options: Options): Promise<number> {
  const redraw = process.stdout.isTTY && process.env["CI"] !== "true" && !options.json;
  const report = makeReport(options.json ? process.stderr : process.stdout, redraw);
  if (process.env["ASSAY_BOOTSTRAPPED"] !== "1") report.line("assay localnet");
  const folder = new Folder(options.data);
  const other = runningPid(folder);
  if (other !== undefined) throw inUse(folder, other);
  if (options.reset) folder.reset();
  folder.open();
  const unlock = lockFolder(folder);
  try {
    return await live(options, report);
  } finally {
    unlock();
  }
}

/** From the start to the end of a network. */
async function live(options: Options, report: Report): Promise<number> {
  const { signal, interrupted } = onInterrupt();
  let localnet: Localnet;
  try {
    localnet = await startLocalnet(options, report, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    report.line("stopped before it was ready");
    return exitCodes.interrupted;
  }
  const { life } = localnet;
  showAll(localnet, options, report);
  if (options.once) {
    await localnet.stop();
    return life.result === undefined ? exitCodes.local : exitCodes.done;
  }
  const client = await AssayClient.connect(localnet.rpc);
  const watch = new Watch(client, life.result?.taskId ?? 0n, report.line);
  watch.start();
  await interrupted;
  watch.stop();
  report.line("stopping: executors, then nodes");
  await localnet.stop();
  report.line("stopped; the next start goes on from here");
  return exitCodes.done;
}

function showAll(localnet: Localnet, { json }: Options, report: Report): void {
  const { life } = localnet;
  for (const line of life.lines) report.line(line);
  if (life.problem !== undefined) report.line(errorText(life.problem) ?? "");
  for (const line of summaryLines(localnet)) report.line(line);
  if (json) process.stdout.write(`${JSON.stringify(facts(localnet))}\n`);
  process.stdout.write(`${readyLine(localnet)}\n`);
}

/** Once drains, twice stops at once. */
function onInterrupt(): { signal: AbortSignal; interrupted: Promise<void> } {
  const controller = new AbortController();
  const { signal } = controller;
  const leave = (): void => {
    if (signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, leave);
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
  return { signal, interrupted };
}

/** The same program again, without this terminal; its output is shown until it is ready or gives up. */
async function runInBackground(args: readonly string[], { data }: Options): Promise<number> {
  const folder = new Folder(data);
  const other = runningPid(folder);
  if (other !== undefined) throw inUse(folder, other);
  if (args.includes("--reset")) folder.reset();
  folder.open();
  const file = folder.in("localnet.log");
  const log = fs.openSync(file, "w", 0o600);
  const rest = args.filter((argument) => argument !== "--detach" && argument !== "--reset");
  const { command, args: own } = program("localnet/main", ...rest);
  const child = spawn(command, own, { stdio: ["ignore", log, log], detached: true });
  let code: number | null | undefined;
  child.once("exit", (exit) => void (code = exit));
  let shown = 0;
  const show = (): string => {
    const text = fs.readFileSync(file, "utf8");
    process.stdout.write(text.slice(shown));
    shown = text.length;
    return text;
  };
  while (!/^READY .*\n/m.test(show())) {
    if (code !== undefined) {
      show();
      return code ?? exitCodes.local;
    }
    await delay(100);
  }
  child.unref();
  return exitCodes.done;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${errorText(error) ?? ""}\n`);
  process.exitCode = exitCodeOf(error);
}

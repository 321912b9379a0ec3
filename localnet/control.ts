import fs from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { exitCodes } from "../cli/exit.ts";
import { localnetData } from "../cli/home/programs.ts";
import { loadManifest } from "../client/manifest/file.ts";
import { AssayClient, userError } from "../client/index.ts";
import { Accounts, userAccount } from "./accounts.ts";
import { Folder, type Network } from "./folder.ts";
import { requireRunning } from "./lock.ts";
import { rpcUrl } from "./ports.ts";
import { isRunning, signalOwn, until } from "./processes.ts";
import { connectAs, serveService, untilDrawable } from "./serveService.ts";
import { downFileOf, killUnit, pidsOf, processLogOf, readyPid, type Unit } from "./units.ts";

const startLimitMs = 60_000;
const drawableLimitMs = 60_000;
const stopLimitMs = 60_000;

type Flags = {
  readonly data: string;
  readonly nodes: number | undefined;
  readonly names: string[];
};

/** `assay localnet kill|start|stop|serve|status`: commands to a network that another process runs. */
export async function control(args: readonly string[]): Promise<number> {
  const [verb = "", ...rest] = args;
  const flags = readFlags(rest);
  const folder = new Folder(flags.data);
  const pid = requireRunning(folder);
  const { network } = folder;
  if (network === undefined) throw userError("E1415", { path: folder.path });
  const [name = ""] = flags.names;
  if (verb === "kill") return kill(folder, network, name);
  if (verb === "start") return start(folder, network, name);
  if (verb === "serve") return serve(folder, network, name, flags.nodes ?? 3);
  if (verb === "status") return status(folder, network, pid);
  return stop(pid);
}

function readFlags(args: readonly string[]): Flags {
  const names: string[] = [];
  let data = localnetData;
  let nodes: number | undefined;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--data") data = path.resolve(args[++i] ?? "");
    else if (args[i] === "--nodes") nodes = Number(args[++i]);
    else names.push(args[i] ?? "");
  }
  return { data, nodes, names };
}

// A reader that goes away (| head) is no fault.
process.stdout.on("error", () => undefined);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function unitNames({ validators, executors }: Network): string[] {
  return [
    ...Array.from({ length: validators }, (_, i) => `node${i}`),
    ...Array.from({ length: executors }, (_, i) => `executor${i + 1}`),
  ];
}

function requireUnit(folder: Folder, network: Network, name: string): Omit<Unit, "args"> {
  const names = unitNames(network);
  if (!names.includes(name)) {
    throw userError("E1416", { name: name === "" ? "name" : name, names: names.join(", ") });
  }
  const kind = name.startsWith("node") ? "node" : "executor";
  return { name, kind, home: folder.in(name) };
}

/** Signal 9 to supervisor, app and CometBFT: nothing of the node can finish anything. */
async function kill(folder: Folder, network: Network, name: string): Promise<number> {
  const unit = requireUnit(folder, network, name);
  fs.writeFileSync(downFileOf(unit.home), "", { mode: 0o600 });
  const hit = killUnit(unit);
  await until(() => (hit.some(isRunning) ? undefined : true), 10_000);
  say(hit.length === 0 ? `${name} was down` : `${name} killed: pids ${hit.join(", ")}`);
  return exitCodes.done;
}

async function start(folder: Folder, network: Network, name: string): Promise<number> {
  const unit = requireUnit(folder, network, name);
  fs.rmSync(downFileOf(unit.home), { force: true });
  const up = await until(
    async () => (unit.kind === "node" ? caughtUp(network, name) : executorUp(unit)),
    startLimitMs,
  );
  if (up === undefined) {
    throw userError("E1417", { name, detail: `see ${processLogOf(unit.home)}` });
  }
  say(`${name} runs${up === "" ? "" : `   ${up}`}`);
  return exitCodes.done;
}

function executorUp(unit: Omit<Unit, "args">): string | undefined {
  const pid = readyPid(unit.home);
  return pid !== undefined && isRunning(pid) ? "" : undefined;
}

type Status = {
  readonly sync_info: { readonly latest_block_height: string; readonly catching_up: boolean };
};

/** Height and app hash once the node has what the others have; undefined before. */
async function caughtUp(network: Network, name: string): Promise<string | undefined> {
  const index = Number(name.slice("node".length));
  const own = await statusOf(index, network.portOffset);
  if (own === undefined || own.sync_info.catching_up) return undefined;
  const height = own.sync_info.latest_block_height;
  const hash = await appHashAt(index, network.portOffset, height);
  let equal = 1;
  for (let i = 0; i < network.validators; i++) {
    const other = i === index ? undefined : await statusOf(i, network.portOffset);
    if (other === undefined) continue;
    if (BigInt(height) < BigInt(other.sync_info.latest_block_height)) return undefined;
    const theirs = await appHashAt(i, network.portOffset, height);
    if (theirs !== hash) throw userError("E1403", { height, expected: theirs, actual: hash });
    equal += 1;
  }
  return `height ${height}   app hash ${hash.slice(0, 8)}… equal on ${equal} of ${network.validators}`;
}

async function appHashAt(index: number, offset: number, height: string): Promise<string> {
  const client = await AssayClient.connect(rpcUrl(index, offset));
  const { signed_header: signed } = await client.rpc.call<{
    signed_header: { header: { app_hash: string } };
  }>("commit", { height });
  return signed.header.app_hash;
}

async function statusOf(index: number, offset: number): Promise<Status | undefined> {
  try {
    const client = await AssayClient.connect(rpcUrl(index, offset));
    return await client.rpc.call<Status>("status");
  } catch {
    return undefined;
  }
}

async function status(folder: Folder, network: Network, pid: number): Promise<number> {
  say(`${network.chainId}   pid ${pid}   ${folder.path}`);
  for (const name of unitNames(network)) {
    const unit = requireUnit(folder, network, name);
    const pids = pidsOf(unit).filter(isRunning);
    const down = fs.existsSync(downFileOf(unit.home));
    const index = Number(name.replace(/\D/g, ""));
    const found = unit.kind === "node" ? await statusOf(index, network.portOffset) : undefined;
    const height = found === undefined ? "" : `   height ${found.sync_info.latest_block_height}`;
    const state = down ? "down" : pids.length === 0 ? "starting" : `pids ${pids.join(", ")}`;
    say(`  ${name.padEnd(12)} ${state}${height}`);
  }
  return exitCodes.done;
}

async function stop(pid: number): Promise<number> {
  process.kill(pid, "SIGTERM");
  const ended = await until(() => (isRunning(pid) ? undefined : true), stopLimitMs);
  if (ended === undefined) throw userError("E1417", { name: "the end", detail: `pid ${pid} runs` });
  say("stopped");
  return exitCodes.done;
}

/** Publishes, bonds and announces a service, lets the executors read it, and waits until it can be drawn. */
async function serve(
  folder: Folder,
  network: Network,
  directory: string,
  nodes: number,
): Promise<number> {
  if (!(nodes >= 1 && nodes <= network.executors)) {
    const expected = `1 to ${network.executors}`;
    throw userError("E4011", { field: "--nodes", expected, actual: String(nodes) });
  }
  const file = path.resolve(directory, "service.yml");
  if (!fs.existsSync(file)) {
    throw userError("E4011", {
      field: "DIR",
      expected: "a folder with a service.yml",
      actual: file,
    });
  }
  await warnIfSilent(file);
  const accounts = new Accounts(folder);
  const served = await serveService(folder, network, accounts, file, nodes);
  const { release, service, tasks, published, changed } = served;
  say(`  ok  ${release} ${published ? "published" : "was published before"}`);
  await Promise.all(changed.map((index) => restartExecutor(folder, network, index)));
  say(`  ok  ${nodes} executors bonded, announced and serving it`);
  const client = await connectAs(network, accounts, userAccount);
  const [task = ""] = tasks;
  await untilDrawable(client, service, task, nodes, drawableLimitMs);
  const validators = Math.max(0, nodes - 1);
  say(`  ok  can be drawn`);
  say(`try   npx assay task run ${release} ${task} '{}' --validators ${validators}`);
  return exitCodes.done;
}

/** A web service may come up later; before the first task it must. Nothing is asked of it: it may not expect that. */
async function warnIfSilent(file: string): Promise<void> {
  const { tasks } = loadManifest(file);
  const urls = tasks.flatMap(({ runner }) => (runner.kind === "http" ? [runner.url] : []));
  for (const url of new Set(urls)) {
    const { hostname, port, protocol } = new URL(url);
    if (await takesConnections(hostname, Number(port || (protocol === "https:" ? 443 : 80))))
      continue;
    say(`  !   ${url} does not answer: start the web service before the first task`);
  }
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ host: host.replace(/^\[|\]$/g, ""), port, timeout: 2_000 });
    const end = (answer: boolean) => () => {
      probe.destroy();
      resolve(answer);
    };
    probe.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

/** The keeper starts it again at once; it posts what it has before it goes. */
async function restartExecutor(folder: Folder, network: Network, index: number): Promise<void> {
  const unit = requireUnit(folder, network, `executor${index}`);
  const [before] = pidsOf(unit);
  if (!signalOwn(before, unit.home, "SIGTERM")) return;
  const ready = await until(() => {
    const now = readyPid(unit.home);
    return now !== undefined && now !== before && isRunning(now) ? true : undefined;
  }, startLimitMs);
  if (ready !== undefined) return;
  throw userError("E1417", { name: unit.name, detail: `see ${processLogOf(unit.home)}` });
}

import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import { chooseEngine, type ChosenEngine } from "../cli/comet/choose.ts";
import { yellow } from "../cli/print.ts";
import { requireEngineFits, soloNotice } from "../cli/supervise/engine.ts";
import { AssayClient, UserError, userError } from "../client/index.ts";
import { userAccount, Accounts, type Account } from "./accounts.ts";
import { startDemoServer, writeDemo } from "./demo.ts";
import { runDemoTask, type TaskLife } from "./demoTask.ts";
import { Folder, type Network } from "./folder.ts";
import { addService, connectNodes, rpcUrls, writeExecutors, writeNetwork } from "./homes.ts";
import { Keeper } from "./keeper.ts";
import type { Options } from "./options.ts";
import { demoServerPort, executorMetricsPort, nodePorts, requireFree } from "./ports.ts";
import { until } from "./processes.ts";
import type { Report } from "./report.ts";
import { connectAs, serveService, untilDrawable } from "./serveService.ts";
import { downFileOf, executorUnit, nodeUnit } from "./units.ts";

export const chainId = "assay-local-1";
const demoRelease = "echo-demo@1.0.0";
const demoValidators = 2;
const nodeLimitMs = 60_000;
const executorLimitMs = 30_000;
const drawableLimitMs = 60_000;

/** A local network that runs. */
export type Localnet = {
  readonly folder: Folder;
  readonly network: Network;
  readonly accounts: readonly Account[];
  readonly engine: ChosenEngine["name"];
  readonly life: TaskLife;
  readonly height: bigint;
  readonly rpc: readonly string[];
  stop(): Promise<void>;
};

/** Starts or continues the network of a folder and runs the demo task. What it started is ended when it throws. */
export async function startLocalnet(
  options: Options,
  report: Report,
  signal: AbortSignal,
): Promise<Localnet> {
  const folder = new Folder(options.data);
  folder.open();
  const engine = await report.step("engine", () => findEngine(options, folder.network, report));
  const { network, accounts, ring } = await prepare(folder, options, engine, report);
  const numbers = Array.from({ length: network.executors }, (_, i) => i + 1);
  const units = [
    ...Array.from({ length: network.validators }, (_, i) => nodeUnit(folder, i, engine.path)),
    ...numbers.map((i) => executorUnit(folder, i)),
  ];
  for (const { home } of units) fs.rmSync(downFileOf(home), { force: true });
  const keeper = new Keeper(units, (text) => report.line(`  !   ${text}`));
  let demo: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    await keeper.stop();
    demo?.kill();
  };
  // Its processes end at once; the step that waits for them then gives up by itself.
  signal.addEventListener("abort", () => void stop());
  try {
    await report.step("chain", () => startNodes(keeper, network, signal));
    demo = await report.step("executors", () => startExecutors(folder, network, keeper, signal));
    const { client, release, task } = await report.step("demo service", () =>
      serveDemo(folder, network, ring),
    );
    const life = await report.step("demo task", () => demoTask(client, release, task, signal));
    const height = await client.height();
    const rpc = rpcUrls(network);
    return { folder, network, accounts, engine: engine.name, life, height, rpc, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function findEngine(
  { cometbft, engine, validators }: Options,
  saved: Network | undefined,
  report: Report,
) {
  const count = validators ?? saved?.validators ?? 1;
  // More than one validator needs CometBFT: there is nothing to fall back to.
  const usual = saved === undefined ? (count > 1 ? "comet" : "auto") : (saved.engine ?? "comet");
  const wanted = engine === undefined || engine === "auto" ? usual : engine;
  if (wanted === "solo" && saved === undefined && count > 1) throw userError("E1208", { count });
  const found = await chooseEngine(wanted, {
    env: process.env,
    policy: "localnet",
    allowInstall: true,
    log: (text) => report.line(`  ..  CometBFT         ${text}`),
    ...(cometbft === undefined ? {} : { explicit: cometbft }),
  }).catch((error: unknown) => {
    throw error instanceof UserError && error.code === "E1203" ? noEngine(error) : error;
  });
  if (found.warning !== undefined) {
    process.stderr.write(`${yellow(found.warning, process.env)}\n`);
  }
  if (found.name === "solo") return { text: soloNotice, value: found };
  const home = process.env["HOME"] ?? "";
  const shown = home === "" ? found.path : found.path.replace(`${home}/`, "~/");
  return { text: `CometBFT ${found.version}   ${shown}`, value: found };
}

/** What helps whoever typed `npm start`, which builds CometBFT by itself where there is Go. */
function noEngine({ code, what, looked }: UserError): UserError {
  const fix = [
    "install Go >= 1.22.11 (https://go.dev/dl), then again: npm start",
    "COMETBFT=/path/to/cometbft npm start        (CometBFT v0.38.25 from elsewhere)",
    "npm start -- --engine solo                  (no CometBFT, development only)",
  ];
  return new UserError(code, what, { looked, fix });
}

type Prepared = {
  readonly network: Network;
  readonly accounts: readonly Account[];
  readonly ring: Accounts;
};

async function prepare(
  folder: Folder,
  options: Options,
  engine: ChosenEngine,
  report: Report,
): Promise<Prepared> {
  const saved = folder.network;
  const network = { ...networkOf(options, saved), engine: engine.name };
  requireEngineFits(engine.path, folder.in("node0"), network.chainId);
  await requireFree([
    ...Array.from({ length: network.validators }, (_, i) =>
      Object.values(nodePorts(i, network.portOffset)),
    ).flat(),
    ...Array.from({ length: network.executors }, (_, i) =>
      executorMetricsPort(i + 1, network.portOffset),
    ),
    demoServerPort(network.portOffset),
  ]);
  return report.step(saved === undefined ? "genesis" : "data", async () => {
    const ring = new Accounts(folder);
    const accounts = await ring.list();
    if (saved === undefined) await writeNetwork(folder, network, engine.path, accounts);
    else folder.save(network);
    await connectNodes(folder, network, engine.path);
    const { validators } = network;
    const count = `${validators} consensus validator${validators === 1 ? "" : "s"}`;
    const text = `${network.chainId}   ${count}   ${accounts.length} accounts`;
    return {
      text: saved === undefined ? text : `${text}   continued`,
      value: { network, accounts, ring },
    };
  });
}

/** What the options say, else what the data say, else the defaults. */
function networkOf(options: Options, saved: Network | undefined): Network {
  const asked = options.validators;
  if (saved !== undefined && asked !== undefined && asked !== saved.validators) {
    const [expected, actual] = [asked, saved.validators].map((n) => `${n} consensus validators`);
    throw userError("E1413", {
      path: options.data,
      expected: expected ?? "",
      actual: actual ?? "",
    });
  }
  return {
    chainId,
    validators: asked ?? saved?.validators ?? 1,
    executors: options.executors ?? saved?.executors ?? 4,
    portOffset: options.portOffset ?? saved?.portOffset ?? 0,
  };
}

async function startNodes(keeper: Keeper, network: Network, signal: AbortSignal) {
  await keeper.start("node");
  const urls = rpcUrls(network);
  const height = await until(async () => {
    signal.throwIfAborted();
    // With only some of them up the chain may stand still, and the caller must hear why.
    for (let i = 0; i < network.validators; i++) requireAlive(keeper, `node${i}`);
    const height = await AssayClient.connect(urls)
      .then((client) => client.height())
      .catch(() => 0n);
    return height >= 2n ? height : undefined;
  }, nodeLimitMs);
  if (height === undefined) {
    const detail = keeper.running("node0")?.lastWords() ?? "no answer";
    throw userError("E1417", { name: "the chain", detail });
  }
  return { text: `height ${height}   verify native`, value: height };
}

function requireAlive(keeper: Keeper, name: string): void {
  const failed = keeper.failed(name);
  if (failed !== undefined) throw userError("E1417", { name, detail: failed });
}

async function startExecutors(
  folder: Folder,
  network: Network,
  keeper: Keeper,
  signal: AbortSignal,
) {
  const manifest = fs.readFileSync(writeDemo(folder, network.portOffset));
  for (let i = 1; i <= network.executors; i++) addService(folder, i, demoRelease, manifest);
  await writeExecutors(folder, network);
  const demo = await startDemoServer(network.portOffset);
  try {
    await keeper.start("executor");
    const names = Array.from({ length: network.executors }, (_, i) => `executor${i + 1}`);
    await Promise.all(names.map((name) => untilReady(keeper, name, signal)));
  } catch (error) {
    demo.kill();
    throw error;
  }
  return { text: `${network.executors} service nodes and the demo's web server`, value: demo };
}

/** Waits for an executor's word that it runs; throws E1417 with its last lines. */
async function untilReady(keeper: Keeper, name: string, signal: AbortSignal): Promise<void> {
  const ready = await until(() => {
    signal.throwIfAborted();
    requireAlive(keeper, name);
    const running = keeper.running(name);
    return running?.isReady === true ? true : undefined;
  }, executorLimitMs);
  if (ready !== undefined) return;
  throw userError("E1417", { name, detail: keeper.running(name)?.lastWords() ?? "no answer" });
}

async function serveDemo(folder: Folder, network: Network, ring: Accounts) {
  const file = folder.in("demo", "service.yml");
  const served = await serveService(folder, network, ring, file, network.executors);
  const client = await connectAs(network, ring, userAccount);
  const { service, release, tasks } = served;
  const [task = ""] = tasks;
  await untilDrawable(client, service, task, demoValidators + 1, drawableLimitMs);
  const { bonds } = await client.staking.bonds({ service });
  const text = `${release} ${served.published ? "published" : "is published"}, ${bonds.length} bonds`;
  return { text, value: { client, release, task } };
}

async function demoTask(client: AssayClient, name: string, key: string, signal: AbortSignal) {
  const validators = demoValidators;
  const life = await runDemoTask(
    client,
    { name, key, input: { text: "hello" }, validators },
    signal,
  );
  const { result, problem } = life;
  if (result === undefined) return { text: problem?.what ?? "failed", value: life };
  const agree = `${result.proof.validators.length}/${validators}`;
  return { text: `${result.taskId} VALID   agree ${agree}`, value: life };
}

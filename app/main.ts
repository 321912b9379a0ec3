import type { Server } from "node:http";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Logger } from "pino";
import { createServer, type AbciServer } from "./abci/server.ts";
import { createHandlers } from "./app.ts";
import { appName, defaultQueryGasLimit } from "./appConfig.ts";
import { appCrypto } from "./appCrypto.ts";
import { loadDescriptors } from "./appDescriptors.ts";
import {
  defaultSnapshotInterval,
  readAppToml,
  readBeaconSecret,
  readMempoolLimits,
  readGenesis,
  socketPathOf,
  usePrefixOf,
} from "./appHome.ts";
import { DelayWatch } from "./appDelay.ts";
import { servePages, type Health } from "./appHealth.ts";
import { noFacts, observed } from "./appLog.ts";
import { logLevels, makeLogger, output } from "./appLogger.ts";
import { Metrics } from "./appMetrics.ts";
import { buildRegistry } from "./appRegistry.ts";
import { rollBackIfAsked } from "./appRollback.ts";
import { ChainState } from "./appState.ts";
import { assertNative } from "./crypto/native.ts";
import { treeHasherName } from "./crypto/treeHasher.ts";
import { VerifyPool } from "./crypto/verifyPool.ts";
import { DbError, openDb, type Db, type DbOptions } from "./db/index.ts";
import { StartError, startErrorLine } from "./errors.ts";
import { paramsOfGenesis } from "./genesis/params.ts";
import { genesisError, parseAppState } from "./genesis/parse.ts";
import { armKillPoint, killable, killPoint } from "./killPoint.ts";
import { modules } from "./modules.ts";

const version = "0.1.0";
/** Threads that verify beside the main one; CometBFT needs cores too. */
const mostVerifiers = 3;

type Running = { readonly server: AbciServer; readonly db: Db; readonly pages?: Server };

function readFlags(): { home: string; socket: string | undefined; level: string | undefined } {
  const { values } = parseArgs({
    options: {
      home: { type: "string" },
      socket: { type: "string" },
      "log-level": { type: "string" },
    },
  });
  const home = values.home ?? process.env["ASSAY_HOME"];
  if (home === undefined) {
    throw new StartError("E1412", "--home: expected the folder of a node, got none", [
      "node dist/app/main.js --home DIR",
    ]);
  }
  const level = values["log-level"];
  if (level !== undefined && !logLevels.some((known) => known === level)) {
    const what = `--log-level: expected ${logLevels.join(", ")}, got ${level}`;
    throw new StartError("E1418", what, ["assay start --log-level info"]);
  }
  return { home: resolve(home), socket: values.socket, level };
}

async function start(): Promise<void> {
  const { home, socket, level } = readFlags();
  const log = makeLogger(level ?? "info");
  assertNative();
  const genesis = readGenesis(home);
  const killAt = process.env["ASSAY_KILL_AT"];
  if (killAt !== undefined) armKillPoint(killAt, genesis.chain_id);
  usePrefixOf(genesis);
  const toml = readAppToml(home);
  log.level = level ?? toml.logLevel;
  changeLevelOnSignal(log, home);
  const beaconSecret = readBeaconSecret(home, genesis);
  const registry = buildRegistry(modules, loadDescriptors());
  const data = join(home, "data", "app");
  const { snapshotInterval } = toml;
  const dbOptions: DbOptions = {
    ...{ chainId: genesis.chain_id, stores: registry.stores, keepVersions: toml.keepVersions },
    // A node that gives none away takes them all the same: a restart begins with one.
    snapshotEvery: snapshotInterval === 0n ? defaultSnapshotInterval : snapshotInterval,
    ...{ keepSnapshots: toml.snapshotKeep, segmentBytes: toml.segmentBytes },
    log: (severity, message) => log[severity](message),
  };
  rollBackIfAsked(home, data, dbOptions);
  const db = openDb(data, dbOptions);
  if (db.lastHeight === 0n) {
    // Said before CometBFT starts, and with every fault at once; InitChain judges again.
    const state = JSON.stringify(genesis.app_state ?? null);
    const { faults } = parseAppState(modules, registry.descriptors, state);
    if (faults.length > 0) throw genesisError(faults);
  }
  const config = {
    ...{ chainId: genesis.chain_id, version, beaconSecret },
    ...{ minGasPrices: toml.minGasPrices, minRetainBlocks: toml.minRetainBlocks },
    haltHeight: toml.haltHeight,
    mempool: readMempoolLimits(home),
    stateSync: {
      serve: snapshotInterval > 0n,
      genesisParams: paramsOfGenesis(genesis.consensus_params),
      // What does not fit into memory does not fit this node (ADR 0002).
      maxBodyBytes: totalmem(),
    },
    timeMarksFile: join(data, "times"),
    queryGasLimit: toml.queryGasLimit === 0n ? defaultQueryGasLimit : toml.queryGasLimit,
  };
  const pool = new VerifyPool(Math.min(availableParallelism() - 1, mostVerifiers));
  const state = new ChainState(config, registry, db, appCrypto(), (jobs) => pool.verify(jobs));
  const facts = noFacts();
  const metrics = new Metrics(genesis.chain_id, version);
  metrics.startedAt(db.lastHeight);
  const delay = new DelayWatch((seconds) => metrics.delayed(seconds));
  const handlers = observed(killable(createHandlers(state)), state, { log, facts, metrics, delay });
  const server = createServer(handlers, { fatal: (error) => die(log, error) });
  const health = (): Health => ({
    ...{ chain_id: genesis.chain_id, version, height: String(state.height) },
    block_time: state.height === 0n ? "" : new Date(Number(db.timeMs)).toISOString(),
    last_commit_age_seconds: secondsSince(facts.committedAtMs),
    event_loop_delay_seconds: Math.round(delay.seconds * 1000) / 1000,
    comet_connections: server.connections(),
    block_in_progress_seconds: secondsSince(facts.finalizedAtMs) ?? 0,
    ...{ rss_bytes: process.memoryUsage.rss(), alarms: facts.alarms },
  });
  const pages =
    toml.metrics === undefined
      ? undefined
      : await servePages(toml.metrics, metrics.registry, health);
  const path = socket === undefined ? socketPathOf(home) : resolve(socket);
  await server.listen(path);
  killPoint("start.listening");
  delay.start();
  closeOnSignals(log, { server, db, ...(pages === undefined ? {} : { pages }) });
  const hash = treeHasherName();
  if (hash === "native") log.warn({ hash }, "no WebAssembly SIMD: the tree's roots take longer");
  log.info({ chain: genesis.chain_id, verify: "native", hash }, appName);
  const ready = { ready: true, height: String(db.lastHeight), socket: path };
  output.write(`${JSON.stringify(ready)}\n`);
}

function secondsSince(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(0, Date.now() - ms) / 1000;
}

/** SIGUSR2: config/app.toml says anew how much is logged. */
function changeLevelOnSignal(log: Logger, home: string): void {
  process.on("SIGUSR2", () => {
    try {
      const { logLevel } = readAppToml(home);
      log.level = logLevel;
      log.info({ logLevel }, "log level");
    } catch (error) {
      log.error({ err: error }, "app.toml was not read again");
    }
  });
}

function closeOnSignals(log: Logger, running: Running): void {
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    running.pages?.close();
    void running.server
      .close()
      .then(() => running.db.close())
      .then(() => process.exit(0))
      .catch((error: unknown) => die(log, error));
  };
  process.on("SIGTERM", close);
  process.on("SIGINT", close);
  // The supervisor holds our stdin open: without it the app ends too.
  if (process.env["ASSAY_SUPERVISED"] === "1") process.stdin.resume().once("end", close);
}

/** Nothing after this is written: what was not committed is replayed by CometBFT. */
function die(log: Logger, error: unknown): never {
  if (error instanceof StartError) output.write(`${startErrorLine(error)}\n`);
  else if (error instanceof DbError) {
    const { code, message, fix } = error;
    output.write(`${startErrorLine(new StartError(code, message, fix, error))}\n`);
  } else log.fatal({ err: error }, "the app ends");
  process.exit(1);
}

start().catch((error: unknown) => die(makeLogger("info"), error));

import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { UserError, renderError } from "../client/errors/index.ts";
import { connectApp } from "./abci/app.ts";
import { readConfig, type SoloConfig } from "./config.ts";
import { Engine } from "./engine/engine.ts";
import { readGenesis } from "./engine/genesis.ts";
import { cometVersion, handshake } from "./engine/handshake.ts";
import { Signers } from "./engine/signers.ts";
import {
  askRollback,
  askedRollback,
  clockOf,
  genesisOf,
  initHome,
  nodeIdOf,
  readKeys,
  refuseCometHome,
  requireDevelopment,
  rollbackFile,
  soloFolder,
} from "./home.ts";
import type { SoloNode } from "./rpc/node.ts";
import { makeServer } from "./rpc/server.ts";
import { BlockStore } from "./store/blockStore.ts";
import { SearchIndex } from "./store/search.ts";

/** Tells the supervisor that the end was asked for: both begin again at once. */
const beginAgain = 75;
const usage = 64;

// The commands of CometBFT that a supervisor and a home need, so that either engine is a program with arguments.
const commands: Readonly<Record<string, (home: string, keys: number) => void | Promise<void>>> = {
  init: initHome,
  start,
  "show-node-id": (home) => print(nodeIdOf(home)),
  version: () => print(`${cometVersion}-solo`),
};

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { home: { type: "string" }, keys: { type: "string", default: "1" } },
  });
  const name = positionals[0] ?? "";
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const keys = Number(values.keys);
  if (command === undefined || !Number.isInteger(keys) || keys < 1) {
    print("usage: solo init|start|show-node-id|version --home DIR [--keys N]");
    process.exit(usage);
  }
  await command(path.resolve(values.home ?? "."), keys);
}

async function start(home: string): Promise<void> {
  const genesis = readGenesis(genesisOf(home));
  requireDevelopment(genesis.chainId);
  refuseCometHome(home);
  const config = readConfig(home);
  const keys = readKeys(home);
  const store = openStore(home);
  const app = await connectApp(config.socketPath, die);
  const status = await handshake(app, store, genesis);
  const engine = new Engine({
    ...{ app, store, status, genesisTime: genesis.time },
    signers: new Signers(genesis.chainId, keys),
    proposer: keys[0].address,
    timeoutCommitMs: config.timeoutCommitMs,
    clock: clockOf(home),
  });
  const index = new SearchIndex(store);
  const node: SoloNode = {
    ...{ app, engine, store, index, genesis },
    key: keys[0],
    nodeId: nodeIdOf(home),
    moniker: config.moniker,
    rpcAddress: `tcp://${config.rpcHost}:${config.rpcPort}`,
    revertTo: (height) => {
      askRollback(home, height);
      print(`going back to height ${height}`);
      // The answer to whoever asked leaves first.
      setImmediate(() => process.exit(beginAgain));
    },
  };
  engine.on("fatal", die);
  engine.on("block", ({ made, result }) => {
    index.add(made.header.height, made.block.data.txs, result);
    print(`block height=${made.header.height} txs=${made.block.data.txs.length}`);
  });
  await listen(node, config);
  print(`solo engine (development, no consensus) height=${status.height} rpc=${node.rpcAddress}`);
  endOnSignals(engine, store);
  await engine.run();
}

/** The block store, cut where a revert asked for it. */
function openStore(home: string): BlockStore {
  const file = path.join(soloFolder(home), "blocks.log");
  const height = askedRollback(home);
  if (height !== undefined) {
    const store = new BlockStore(file);
    if (height < store.height) store.revert(height);
    store.close();
    fs.rmSync(rollbackFile(home));
  }
  return new BlockStore(file);
}

function listen(node: SoloNode, { rpcHost, rpcPort, corsOrigins }: SoloConfig): Promise<void> {
  const server = makeServer(node, corsOrigins);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(rpcPort, rpcHost, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function endOnSignals(engine: Engine, store: BlockStore): void {
  const end = (): void => {
    void engine.exclusive(async () => {
      store.close();
      process.exit(0);
      return Promise.resolve();
    });
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function die(error: unknown): never {
  const text = error instanceof UserError ? renderError(error) : String(error);
  process.stderr.write(`Error: ${text}\n`);
  process.exit(1);
}

await main().catch(die);

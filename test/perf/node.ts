import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildGenesis } from "../../cli/home/genesis.ts";
import { writeBeaconKeys, writeGenesis, writeHome } from "../../cli/home/init.ts";
import { editToml } from "../../cli/supervise/editToml.ts";
import { freeNodePorts } from "../support/ports.ts";
import { supervised } from "../support/supervised.ts";
import { scratch } from "./harness.ts";
import type { LoadAccount } from "./load.ts";

export const loadChainId = "assay-dev-1";

/** A mempool that holds the whole load, and blocks every half second: the same for everything that is compared. */
export const loadSettings = {
  "consensus.timeout_commit": "500ms",
  "mempool.size": 50_000,
  "mempool.cache_size": 200_000,
  "mempool.max_txs_bytes": 1_073_741_824,
  "instrumentation.prometheus": false,
} as const;

export type RunningNode = {
  readonly rpc: string;
  readonly pids: readonly number[];
  stop(): Promise<void>;
};

/** A home of one consensus validator with these accounts in genesis, and its RPC port. */
export async function assayHome(
  comet: string,
  accounts: readonly { readonly address: string }[],
  name = "assay",
): Promise<{ home: string; rpc: string }> {
  const home = path.join(scratch, name);
  fs.rmSync(home, { recursive: true, force: true });
  const ports = await freeNodePorts();
  const rpc = `http://127.0.0.1:${ports.rpc}`;
  const made = await writeHome({
    ...{ home, comet, ports, moniker: "load", chainId: loadChainId, profile: "localnet" },
    keyringBackend: "test",
    nodes: [rpc],
  });
  const genesis = buildGenesis({
    ...{ chainId: loadChainId, profile: "localnet", timeMs: Date.now() },
    validators: writeBeaconKeys([made]),
    accounts: accounts.map(({ address }) => ({ address, amount: 1_000_000_000n })),
  });
  writeGenesis(home, genesis);
  editFile(path.join(home, "config", "config.toml"), loadSettings);
  editFile(path.join(home, "config", "app.toml"), { "minimum-gas-prices": "0uassay" });
  return { home, rpc };
}

/** One consensus validator of ours with these accounts, as `assay start` would run it. pids: CometBFT, app. */
export async function startAssay(
  comet: string,
  accounts: readonly LoadAccount[],
): Promise<RunningNode> {
  const { home, rpc } = await assayHome(comet, accounts);
  const node = supervised(comet, home);
  await node.start();
  await firstBlock(rpc);
  const { comet: cometPid = 0, app: appPid = 0 } = node.pids();
  return { rpc, pids: [cometPid, appPid], stop: () => node.stop() };
}

/** The skeleton app of test/perf/peer behind a CometBFT of the same configuration. pids: CometBFT, app. */
export async function startSkeleton(
  comet: string,
  peer: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<RunningNode> {
  const home = path.join(scratch, "skeleton");
  fs.rmSync(home, { recursive: true, force: true });
  await finished(spawn(comet, ["init", "--home", home], { stdio: "ignore" }));
  const ports = await freeNodePorts();
  editFile(path.join(home, "config", "config.toml"), {
    ...loadSettings,
    proxy_app: `unix://${home}/a.sock`,
    "rpc.laddr": `tcp://127.0.0.1:${ports.rpc}`,
    "p2p.laddr": `tcp://127.0.0.1:${ports.p2p}`,
  });
  const app = spawn(
    process.execPath,
    [path.join(peer, "skeleton.mjs"), `${home}/a.sock`, ...flags],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise((listening) => app.stdout.once("data", listening));
  const engine = spawn(comet, ["start", "--home", home], {
    env: { ...process.env, ...env },
    stdio: "ignore",
  });
  const rpc = `http://127.0.0.1:${ports.rpc}`;
  await firstBlock(rpc);
  const stop = async (): Promise<void> => {
    engine.kill("SIGTERM");
    await finished(engine);
    app.kill("SIGTERM");
    await finished(app);
  };
  return { rpc, pids: [engine.pid ?? 0, app.pid ?? 0], stop };
}

export function finished(child: ChildProcess): Promise<void> {
  return child.exitCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once("exit", () => done()));
}

/** Height 2: CometBFT names a block before the app has committed it, and block 2 always follows the first. */
export async function firstBlock(rpc: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    try {
      const { result } = (await (await fetch(`${rpc}/status`)).json()) as {
        result: { sync_info: { latest_block_height: string } };
      };
      if (Number(result.sync_info.latest_block_height) >= 2) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${rpc}: no first block within 30 s`);
}

export function editFile(file: string, edits: Parameters<typeof editToml>[1]): void {
  fs.writeFileSync(file, editToml(fs.readFileSync(file, "utf8"), edits));
}

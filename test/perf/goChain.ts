import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { freeNodePorts } from "../support/ports.ts";
import { root, scratch } from "./harness.ts";
import type { LoadAccount } from "./load.ts";
import { editFile, finished, firstBlock, loadSettings, type RunningNode } from "./node.ts";

const peer = path.join(root, "test/perf/peer");

/** Builds a program of test/perf/peer; undefined where there is no Go. */
export function buildGo(target: string, from: string): string | undefined {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  fs.mkdirSync(scratch, { recursive: true });
  const binary = path.join(scratch, target);
  execFileSync("go", ["build", "-o", binary, from], { cwd: peer, stdio: "inherit" });
  return binary;
}

/** The Cosmos SDK chain with these accounts, CometBFT in its process. pids: the one process. */
export async function startGoChain(
  binary: string,
  accounts: readonly LoadAccount[],
): Promise<RunningNode> {
  const home = path.join(scratch, "gochain-home");
  const list = path.join(scratch, "accounts.json");
  fs.writeFileSync(list, JSON.stringify(accounts.map(({ address }) => ({ address }))));
  execFileSync("bash", [path.join(peer, "setup-go.sh"), home, list], {
    env: { ...process.env, GOCHAIN: binary },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ports = await freeNodePorts();
  const rpc = `http://127.0.0.1:${ports.rpc}`;
  editFile(path.join(home, "config", "config.toml"), {
    ...loadSettings,
    "rpc.laddr": `tcp://127.0.0.1:${ports.rpc}`,
    "rpc.pprof_laddr": "",
    "p2p.laddr": `tcp://127.0.0.1:${ports.p2p}`,
  });
  editFile(path.join(home, "config", "app.toml"), { "api.enable": false, "grpc.enable": false });
  return startProcess(binary, home, rpc);
}

async function startProcess(binary: string, home: string, rpc: string): Promise<RunningNode> {
  const node = spawn(binary, ["start", "--home", home], { stdio: "ignore" });
  await firstBlock(rpc);
  return {
    rpc,
    pids: [node.pid ?? 0],
    async stop() {
      node.kill("SIGTERM");
      await finished(node);
    },
  };
}

/** CometBFT with its own kvstore in process: what the engine alone costs at the same load. pids: the one process. */
export async function startKvstore(comet: string): Promise<RunningNode> {
  const home = path.join(scratch, "kvstore");
  fs.rmSync(home, { recursive: true, force: true });
  execFileSync(comet, ["init", "--home", home], { stdio: "ignore" });
  const ports = await freeNodePorts();
  const rpc = `http://127.0.0.1:${ports.rpc}`;
  editFile(path.join(home, "config", "config.toml"), {
    ...loadSettings,
    proxy_app: "kvstore",
    "rpc.laddr": `tcp://127.0.0.1:${ports.rpc}`,
    "p2p.laddr": `tcp://127.0.0.1:${ports.p2p}`,
  });
  return startProcess(comet, home, rpc);
}

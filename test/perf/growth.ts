import fs from "node:fs";
import path from "node:path";
import { buildGenesis } from "../../cli/home/genesis.ts";
import { writeBeaconKeys, writeGenesis, writeHome } from "../../cli/home/init.ts";
import { appProgram } from "../../cli/home/programs.ts";
import { freeNodePorts } from "../support/ports.ts";
import { supervised } from "../support/supervised.ts";
import { report, scratch } from "./harness.ts";
import type { Ports } from "../../cli/supervise/config.ts";
import { editFile, firstBlock } from "./node.ts";

const chainId = "assay-dev-1";
/** Bytes that an empty block of four validators takes (PERFORMANCE 6.1). */
const blockBytes = 2_700;
const minRetainBlocks = 2_000;
const snapshotInterval = 1_000;

/** Bytes on disk by store; `blocks` of them can be asked for. */
export type Growth = {
  readonly blocks: number;
  readonly kept: number;
  readonly bytes: Readonly<Record<string, number>>;
  /** All stores but the WAL and the index. */
  readonly total: number;
  /** 2 x kept blocks x 2.7 KB. */
  readonly bound: number;
};

/** A lone validator that makes so many blocks as fast as they go, and drops the old ones. */
export async function growth(comet: string, blocks: number): Promise<Growth> {
  const home = path.join(scratch, "growth");
  fs.rmSync(home, { recursive: true, force: true });
  const ports = await freeNodePorts();
  const rpc = `http://127.0.0.1:${ports.rpc}`;
  await writeChain(comet, home, ports);
  const node = supervised(comet, home, {
    app: appProgram("--home", home, "--log-level", "warn"),
  });
  await node.start();
  await firstBlock(rpc);
  const started = performance.now();
  let earliest = 0;
  for (let height = 0; height < blocks;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    ({ height, earliest } = await heights(rpc));
  }
  const rate = blocks / ((performance.now() - started) / 1000);
  const { height } = await heights(rpc);
  await node.stop();
  const found = measure(path.join(home, "data"), height, height - earliest + 1);
  show(found, rate);
  return found;
}

async function writeChain(comet: string, home: string, ports: Ports): Promise<void> {
  const made = await writeHome({
    ...{ home, comet, ports, chainId, moniker: "growth", profile: "localnet" },
    ...{ keyringBackend: "test", nodes: [] },
  });
  const genesis = buildGenesis({
    ...{ chainId, profile: "localnet", timeMs: Date.now(), accounts: [] },
    validators: writeBeaconKeys([made]),
  });
  const params = genesis["consensus_params"] as { evidence: Record<string, string> };
  params.evidence["max_age_num_blocks"] = "100";
  params.evidence["max_age_duration"] = "1000000000";
  writeGenesis(home, genesis);
  editFile(path.join(home, "config", "config.toml"), {
    "consensus.timeout_commit": "10ms",
    "consensus.create_empty_blocks": true,
    "instrumentation.prometheus": false,
    log_level: "error",
  });
  editFile(path.join(home, "config", "app.toml"), {
    "min-retain-blocks": minRetainBlocks,
    "state-sync.snapshot-interval": snapshotInterval,
  });
}

async function heights(rpc: string): Promise<{ height: number; earliest: number }> {
  const { result } = (await (await fetch(`${rpc}/status`)).json()) as {
    result: { sync_info: { latest_block_height: string; earliest_block_height: string } };
  };
  const { latest_block_height: latest, earliest_block_height: earliest } = result.sync_info;
  return { height: Number(latest), earliest: Number(earliest) };
}

function measure(data: string, blocks: number, kept: number): Growth {
  const bytes: Record<string, number> = {};
  for (const name of ["blockstore.db", "state.db", "evidence.db", "app", "tx_index.db", "cs.wal"]) {
    bytes[name] = sizeOf(path.join(data, name));
  }
  const apart = (bytes["tx_index.db"] ?? 0) + (bytes["cs.wal"] ?? 0);
  const total = Object.values(bytes).reduce((sum, size) => sum + size, 0) - apart;
  return { blocks, kept, bytes, total, bound: 2 * kept * blockBytes };
}

function sizeOf(at: string): number {
  const stat = fs.statSync(at, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return fs.readdirSync(at).reduce((sum, name) => sum + sizeOf(path.join(at, name)), 0);
}

function show({ blocks, kept, bytes, total, bound }: Growth, rate: number): void {
  const params = { blocks, kept, "blocks/s": Math.round(rate) };
  for (const [name, size] of Object.entries(bytes)) {
    report({ id: "growth", what: `size of ${name}`, unit: "KB", value: size / 1000, params });
  }
  const asks = `<= 2 x kept x ${blockBytes} B = ${Math.round(bound / 1000)} KB`;
  const bar = { asks, holds: total <= bound };
  const what = "stores without WAL and index";
  report({ id: "growth", what, unit: "KB", value: total / 1000, params, bar });
}

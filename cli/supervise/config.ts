import { execFile } from "node:child_process";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { editToml, type TomlValue } from "./editToml.ts";
import { engineCommand } from "./engine.ts";

const run = promisify(execFile);

/** `app` is the metrics page of the app, beside CometBFT's. */
export const DEFAULT_PORTS = { p2p: 26656, rpc: 26657, metrics: 26660, app: 26661 } as const;

export type Ports = {
  readonly p2p: number;
  readonly rpc: number;
  readonly metrics?: number;
  readonly app?: number;
};

export type CometConfig = {
  readonly profile: "localnet" | "node";
  readonly socketPath: string;
  readonly moniker?: string;
  readonly ports?: Ports;
  /** Where RPC listens; others than this machine reach it only when somebody says so. */
  readonly rpcHost?: string;
  readonly p2pHost?: string;
  /** `id@host:port`. */
  readonly persistentPeers?: readonly string[];
  /** How often an idle chain makes a block; "0s" is never. */
  readonly emptyBlocksInterval?: string;
};

/** Ports of node i of a localnet. */
export const portsOf = (index: number): Required<Ports> => portsFrom(10 * index);

export function portsFrom(shift: number): Required<Ports> {
  return {
    p2p: DEFAULT_PORTS.p2p + shift,
    rpc: DEFAULT_PORTS.rpc + shift,
    metrics: DEFAULT_PORTS.metrics + shift,
    app: DEFAULT_PORTS.app + shift,
  };
}

/** What Assay sets in CometBFT's config.toml; everything else keeps the template's value. */
export function cometSettings(config: CometConfig): Record<string, TomlValue> {
  const ports = config.ports ?? DEFAULT_PORTS;
  const local = config.profile === "localnet";
  const rpcHost = config.rpcHost ?? "127.0.0.1";
  const p2pHost = config.p2pHost ?? (local ? "127.0.0.1" : "0.0.0.0");
  return {
    ...(config.moniker === undefined ? {} : { moniker: config.moniker }),
    proxy_app: `unix://${config.socketPath}`,
    abci: "socket",
    filter_peers: false,
    "rpc.laddr": `tcp://${rpcHost}:${ports.rpc}`,
    "rpc.cors_allowed_origins": local ? ["*"] : [],
    "p2p.laddr": `tcp://${p2pHost}:${ports.p2p}`,
    "p2p.persistent_peers": (config.persistentPeers ?? []).join(","),
    "p2p.flush_throttle_timeout": "10ms",
    "mempool.type": "flood",
    "mempool.recheck": true,
    // Silence while nothing happens. With skip_timeout_commit a window of heights could close
    // within a second.
    "consensus.create_empty_blocks": false,
    "consensus.create_empty_blocks_interval": config.emptyBlocksInterval ?? "0s",
    "consensus.skip_timeout_commit": false,
    "consensus.timeout_commit": local ? "300ms" : "1s",
    "consensus.peer_gossip_sleep_duration": "10ms",
    "consensus.peer_query_maj23_sleep_duration": "500ms",
    // CosmJS finds its transactions by the index.
    "tx_index.indexer": "kv",
    ...(ports.metrics === undefined
      ? { "instrumentation.prometheus": false }
      : {
          "instrumentation.prometheus": true,
          "instrumentation.prometheus_listen_addr": `127.0.0.1:${ports.metrics}`,
        }),
    ...(local ? localSettings : {}),
  };
}

/** Validators of one machine answer within milliseconds and share its address. */
const localSettings: Record<string, TomlValue> = {
  "consensus.timeout_propose": "300ms",
  "consensus.timeout_propose_delta": "100ms",
  "consensus.timeout_prevote": "200ms",
  "consensus.timeout_prevote_delta": "50ms",
  "consensus.timeout_precommit": "200ms",
  "consensus.timeout_precommit_delta": "50ms",
  "p2p.addr_book_strict": false,
  "p2p.allow_duplicate_ip": true,
  "p2p.pex": false,
};

/** Edits `<home>/config/config.toml` as `cometbft init` made it. */
export async function writeCometConfig(
  home: string,
  edits: Readonly<Record<string, TomlValue>>,
): Promise<void> {
  const path = join(home, "config", "config.toml");
  const edited = editToml(await readFile(path, "utf8"), edits);
  await writeFile(`${path}.new`, edited, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Makes keys, a genesis draft and config.toml; leaves what is there already. */
export async function initComet(comet: string, home: string): Promise<void> {
  const { command, args } = engineCommand(comet, "init", "--home", home);
  await run(command, args);
}

/** The id under which peers know this node: `id@host:port`. */
export async function nodeId(comet: string, home: string): Promise<string> {
  const { command, args } = engineCommand(comet, "show-node-id", "--home", home);
  const { stdout } = await run(command, args);
  return stdout.trim();
}

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { buildGenesis } from "../../cli/home/genesis.ts";
import { writeBeaconKeys, writeGenesis, writeHome, type Home } from "../../cli/home/init.ts";
import { socketPathOf } from "../../cli/home/socket.ts";
import { editToml, type TomlValue } from "../../cli/supervise/editToml.ts";
import type { Supervisor } from "../../cli/supervise/supervisor.ts";
import { joinSettings } from "../../cli/supervise/join.ts";
import { AssayClient } from "../../client/index.ts";
import { AbciProxy, type ServeChunk } from "./abciProxy.ts";
import type { AppState } from "./chainGenesis.ts";
import { Rpc } from "./comet.ts";
import { testKey } from "./keys.ts";
import { freeNodePorts } from "./ports.ts";
import { supervised } from "./supervised.ts";

const chainId = "assay-local-1";

/** As fast as blocks go: nothing in these tests measures a window. */
const fast = {
  "consensus.timeout_commit": "10ms",
  "consensus.create_empty_blocks": true,
  "p2p.flush_throttle_timeout": "1ms",
  "consensus.peer_gossip_sleep_duration": "2ms",
  // The turns of a validator that is not there yet.
  "consensus.timeout_propose": "60ms",
  "consensus.timeout_prevote": "30ms",
  "consensus.timeout_precommit": "30ms",
  "instrumentation.prometheus": false,
} as const;

const paced = {
  "p2p.flush_throttle_timeout": "10ms",
  "consensus.peer_gossip_sleep_duration": "10ms",
  // A snapshot stays on offer for at least an interval: longer than a joiner takes that asks a liar first.
  "consensus.timeout_commit": "500ms",
  "consensus.timeout_propose": "300ms",
  "consensus.timeout_prevote": "200ms",
  "consensus.timeout_precommit": "200ms",
} as const;

export type SyncNode = {
  readonly home: string;
  readonly rpc: Rpc;
  /** Of its p2p key, as others' logs name it. */
  readonly id: string;
  /** id@host:port, for the peers of others. */
  readonly peer: string;
  supervisor: Supervisor;
};

export type SyncHome = Omit<SyncNode, "supervisor"> & { readonly made: Home };
export type Trust = { readonly height: number; readonly hash: string };

export type SyncNetOptions = {
  readonly minRetainBlocks: number;
  readonly snapshotInterval: number;
  /** In genesis, to make the state larger than one chunk. */
  readonly accounts?: readonly { readonly address: string; readonly amount: bigint }[];
  readonly editState?: (state: AppState) => void;
  /** What peers get of a running validator's snapshots, by its index. */
  readonly serveChunk?: (index: number, ...args: Parameters<ServeChunk>) => ReturnType<ServeChunk>;
};

/** Consensus validators that prune, and nodes that join them late; everything ends with stop(). */
export class SyncNet {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-sync-"));
  readonly nodes: SyncNode[] = [];
  readonly #comet: string;
  readonly #options: SyncNetOptions;
  readonly #key = testKey("state sync");
  readonly #proxies: AbciProxy[] = [];
  #homes = 0;
  #genesis: Record<string, unknown> = {};

  constructor(comet: string, options: SyncNetOptions) {
    this.#comet = comet;
    this.#options = options;
  }

  /** Homes of all consensus validators, each with the genesis file that names them. */
  async writeValidators(powers: readonly bigint[]): Promise<SyncHome[]> {
    const homes: SyncHome[] = [];
    while (homes.length < powers.length) homes.push(await this.#home());
    const keyed = writeBeaconKeys(homes.map(({ made }) => made));
    this.#genesis = buildGenesis({
      ...{ chainId, profile: "localnet", timeMs: Date.now() },
      validators: keyed.map((validator, i) => ({ ...validator, power: powers[i] ?? 0n })),
      accounts: [
        { address: this.#key.address, amount: 1_000_000_000n },
        ...(this.#options.accounts ?? []),
      ],
    });
    const params = this.#genesis["consensus_params"] as { evidence: Record<string, string> };
    params.evidence["max_age_num_blocks"] = "100";
    params.evidence["max_age_duration"] = "1000000000";
    this.#options.editState?.(this.#genesis["app_state"] as AppState);
    for (const { home } of homes) writeGenesis(home, this.#genesis);
    return homes;
  }

  /** Validators of the first block. */
  async startValidators(homes: readonly SyncHome[]): Promise<SyncNode[]> {
    for (const [index, node] of homes.entries()) await this.#interpose(index, node);
    return Promise.all(
      homes.map((node) => {
        const peers = homes.filter((other) => other !== node);
        return this.#start(node, peersOf(peers));
      }),
    );
  }

  async startValidator(): Promise<SyncNode> {
    const [node] = await this.startValidators(await this.writeValidators([10n]));
    if (node === undefined) throw new Error("validators: expected one, got none");
    return node;
  }

  /** A home without blocks that trusts one block of the chain and fetches all else from peers. */
  async join(
    trust: Trust,
    { late, from = this.nodes }: { late?: SyncHome; from?: readonly SyncNode[] } = {},
  ): Promise<SyncNode> {
    const node = late ?? (await this.#home());
    if (late === undefined) writeGenesis(node.home, this.#genesis);
    const urls = from.map(({ rpc }) => rpc.url);
    const rpcServers = urls.length > 1 ? urls : [...urls, ...urls];
    return this.#start(node, {
      ...joinSettings({ ...trust, rpcServers }),
      "statesync.discovery_time": "5s",
      // The least that CometBFT takes.
      "statesync.chunk_request_timeout": "5s",
      ...peersOf(from),
    });
  }

  /** A home without blocks that knows genesis and peers, for an operator to start. */
  async newcomer(): Promise<SyncHome> {
    const node = await this.#home();
    writeGenesis(node.home, this.#genesis);
    edit(path.join(node.home, "config", "config.toml"), { ...fast, ...peersOf(this.nodes) });
    return node;
  }

  /** A home without blocks that fetches all of them from the others. */
  async follow(from: readonly SyncNode[] = this.nodes): Promise<SyncNode> {
    const node = await this.#home();
    writeGenesis(node.home, this.#genesis);
    return this.#start(node, peersOf(from));
  }

  /** At the pace of a real chain: a node that follows must not be overtaken by the pruning. */
  async slowDown(node: SyncNode): Promise<void> {
    await node.supervisor.stop();
    edit(path.join(node.home, "config", "config.toml"), paced);
    node.supervisor = this.#supervisor(node.home);
    await node.supervisor.start();
  }

  async client(node: SyncNode): Promise<AssayClient> {
    const signer = await DirectSecp256k1Wallet.fromKey(this.#key.secret, "assay");
    return AssayClient.connect([node.rpc.url], { signer });
  }

  /** What both processes of a node last said. */
  log(node: SyncNode): string {
    return fs.readFileSync(path.join(node.home, "logs", "node.log"), "utf8");
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ supervisor }) => supervisor.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #home(): Promise<SyncHome> {
    const home = path.join(this.folder, `node${this.#homes++}`);
    const ports = await freeNodePorts();
    const made = await writeHome({
      ...{ home, chainId, comet: this.#comet, profile: "localnet", keyringBackend: "test" },
      ...{ ports, moniker: path.basename(home), nodes: [] },
    });
    edit(path.join(home, "config", "app.toml"), {
      "min-retain-blocks": this.#options.minRetainBlocks,
      "state-sync.snapshot-interval": this.#options.snapshotInterval,
      "minimum-gas-prices": "0uassay",
    });
    const id = made.nodeId;
    return { home, made, id, rpc: new Rpc(ports.rpc), peer: `${id}@127.0.0.1:${ports.p2p}` };
  }

  async #interpose(index: number, { home }: SyncHome): Promise<void> {
    const { serveChunk } = this.#options;
    if (serveChunk === undefined) return;
    const proxy = new AbciProxy(socketPathOf(home), (asked, chunk) =>
      serveChunk(index, asked, chunk),
    );
    const socket = path.join(home, "proxy.sock");
    await proxy.listen(socket);
    this.#proxies.push(proxy);
    edit(path.join(home, "config", "config.toml"), { proxy_app: `unix://${socket}` });
  }

  async #start(
    { home, rpc, id, peer }: Omit<SyncNode, "supervisor">,
    settings: Readonly<Record<string, TomlValue>>,
  ): Promise<SyncNode> {
    edit(path.join(home, "config", "config.toml"), { ...fast, ...settings });
    const node = { home, rpc, id, peer, supervisor: this.#supervisor(home) };
    this.nodes.push(node);
    await node.supervisor.start();
    return node;
  }

  #supervisor(home: string): Supervisor {
    return supervised(this.#comet, home, { backoffMs: [200] });
  }
}

function peersOf(nodes: readonly Pick<SyncNode, "peer">[]): Readonly<Record<string, TomlValue>> {
  return { "p2p.persistent_peers": nodes.map(({ peer }) => peer).join(",") };
}

function edit(file: string, edits: Readonly<Record<string, TomlValue>>): void {
  fs.writeFileSync(file, editToml(fs.readFileSync(file, "utf8"), edits));
}

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { buildGenesis } from "../../cli/home/genesis.ts";
import { writeBeaconKeys, writeGenesis, writeHome } from "../../cli/home/init.ts";
import { program } from "../../cli/home/programs.ts";
import { socketPathOf } from "../../cli/home/socket.ts";
import { editToml, type TomlValue } from "../../cli/supervise/editToml.ts";
import { Supervisor } from "../../cli/supervise/supervisor.ts";
import { joinSettings } from "../../cli/supervise/join.ts";
import { AssayClient } from "../../client/index.ts";
import { freePorts, Rpc } from "./comet.ts";
import { testKey } from "./keys.ts";

const chainId = "assay-local-1";

/** As fast as blocks go: nothing in these tests measures a window. */
const fast = {
  "consensus.timeout_commit": "10ms",
  "consensus.create_empty_blocks": true,
  "instrumentation.prometheus": false,
} as const;

export type SyncNode = {
  readonly home: string;
  readonly rpc: Rpc;
  /** id@host:port, for the peers of others. */
  readonly peer: string;
  supervisor: Supervisor;
};

export type SyncNetOptions = {
  readonly minRetainBlocks: number;
  readonly snapshotInterval: number;
};

/** One consensus validator that prunes, and full nodes that join it late; everything ends with stop(). */
export class SyncNet {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-sync-"));
  readonly nodes: SyncNode[] = [];
  readonly #comet: string;
  readonly #options: SyncNetOptions;
  readonly #key = testKey("state sync");
  #genesis: Record<string, unknown> = {};

  constructor(comet: string, options: SyncNetOptions) {
    this.#comet = comet;
    this.#options = options;
  }

  async startValidator(): Promise<SyncNode> {
    const { made, ...node } = await this.#home();
    this.#genesis = buildGenesis({
      ...{ chainId, profile: "localnet", timeMs: Date.now() },
      validators: writeBeaconKeys([made]),
      accounts: [{ address: this.#key.address, amount: 1_000_000_000n }],
    });
    const params = this.#genesis["consensus_params"] as { evidence: Record<string, string> };
    params.evidence["max_age_num_blocks"] = "100";
    params.evidence["max_age_duration"] = "1000000000";
    writeGenesis(node.home, this.#genesis);
    return this.#start(node, {});
  }

  /** A fresh home that trusts one block of the chain and fetches all else from peers. */
  async join(trust: { readonly height: number; readonly hash: string }): Promise<SyncNode> {
    const node = await this.#home();
    writeGenesis(node.home, this.#genesis);
    const urls = this.nodes.map(({ rpc }) => rpc.url);
    const rpcServers = urls.length > 1 ? urls : [...urls, ...urls];
    return this.#start(node, {
      ...joinSettings({ ...trust, rpcServers }),
      "statesync.discovery_time": "5s",
      "p2p.persistent_peers": this.nodes.map(({ peer }) => peer).join(","),
    });
  }

  /** At the pace of a real chain: a node that follows must not be overtaken by the pruning. */
  async slowDown(node: SyncNode): Promise<void> {
    await node.supervisor.stop();
    edit(path.join(node.home, "config", "config.toml"), { "consensus.timeout_commit": "200ms" });
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
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #home() {
    const home = path.join(this.folder, `node${this.nodes.length}`);
    const [rpc = 0, p2p = 0, app = 0] = await freePorts(3);
    const made = await writeHome({
      ...{ home, chainId, comet: this.#comet, profile: "localnet", keyringBackend: "test" },
      ...{ ports: { rpc, p2p, app }, moniker: path.basename(home), nodes: [] },
    });
    edit(path.join(home, "config", "app.toml"), {
      "min-retain-blocks": this.#options.minRetainBlocks,
      "state-sync.snapshot-interval": this.#options.snapshotInterval,
      "minimum-gas-prices": "0uassay",
    });
    return { home, made, rpc: new Rpc(rpc), peer: `${made.nodeId}@127.0.0.1:${p2p}` };
  }

  async #start(
    { home, rpc, peer }: Omit<SyncNode, "supervisor">,
    settings: Readonly<Record<string, TomlValue>>,
  ): Promise<SyncNode> {
    edit(path.join(home, "config", "config.toml"), { ...fast, ...settings });
    const node = { home, rpc, peer, supervisor: this.#supervisor(home) };
    this.nodes.push(node);
    await node.supervisor.start();
    return node;
  }

  #supervisor(home: string): Supervisor {
    return new Supervisor({
      app: program("app/main", "--home", home),
      comet: { path: this.#comet, home },
      socketPath: socketPathOf(home),
      logDirectory: path.join(home, "logs"),
      backoffMs: [200],
    });
  }
}

function edit(file: string, edits: Readonly<Record<string, TomlValue>>): void {
  fs.writeFileSync(file, editToml(fs.readFileSync(file, "utf8"), edits));
}

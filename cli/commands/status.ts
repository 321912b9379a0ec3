import { setTimeout as delay } from "node:timers/promises";
import {
  abciQuery,
  isFinished,
  RpcUnavailable,
  userError,
  type AssayClient,
} from "../../client/index.ts";
import { BondStatus } from "../../proto/gen/assay/staking/v1/staking.ts";
import { QueryNodeStatusResponse } from "../../proto/cosmos.ts";
import { PageRequest } from "../../proto/gen/cosmos/base/query/v1beta1/pagination.ts";
import type { CliContext } from "../context.ts";
import type { Register } from "../register.ts";
import { formatAssay, parseDuration } from "../print.ts";
import { engineText } from "../supervise/engine.ts";
import { shortAddress, statusWords } from "../taskLife.ts";

type RpcStatus = {
  readonly node_info: { readonly network: string; readonly version: string };
  readonly sync_info: {
    readonly earliest_block_height: string;
    readonly latest_block_height: string;
    readonly latest_block_time: string;
    readonly latest_app_hash: string;
    readonly catching_up: boolean;
  };
  readonly validator_info: { readonly address: string; readonly voting_power: string };
};

export const register: Register = (program, context) => {
  program
    .command("status [node]")
    .description("one screen: the chain, this validator, a service node by its address, the work")
    .option(
      "--watch",
      "again and again until Ctrl-C: one view on a terminal, else a line for each change",
    )
    .option("--interval <duration>", "pause between two looks", "1s")
    .action((node: string | undefined, flags: WatchFlags) => {
      const cli = context();
      if (flags.watch === true) return watch(cli, node, flags.interval);
      return show(cli, node).then((lines) => lines.forEach((line) => cli.out(line)));
    });
};

type WatchFlags = { watch?: boolean; interval: string };

/** Ends with Ctrl-C, as every command does. A node that does not answer is shown, and asked again. */
async function watch(cli: CliContext, node: string | undefined, interval: string): Promise<void> {
  const ms = parseDuration(interval);
  if (ms === undefined) {
    const expected = "a duration like 2s";
    throw userError("E4011", { field: "--interval", expected, actual: interval });
  }
  const view = new View(cli);
  for (;;) {
    const lines = await show(cli, node).catch((error: unknown) => {
      if (error instanceof RpcUnavailable) return silent(cli, error);
      throw error;
    });
    view.draw(lines);
    await delay(Number(ms));
  }
}

function silent(cli: CliContext, { looked }: RpcUnavailable): string[] {
  const text = `no node answers   ${looked.join(" · ")}`;
  return [cli.options.output === "json" ? JSON.stringify({ error: text, code: "E1001" }) : text];
}

/** On a terminal the lines replace those before; elsewhere only what changed is printed, without its age. */
class View {
  readonly #cli: CliContext;
  #drawn = 0;
  #last = "";

  constructor(cli: CliContext) {
    this.#cli = cli;
  }

  draw(lines: readonly string[]): void {
    const steady = this.#cli.isTty && this.#cli.options.output !== "json";
    if (!steady) {
      const text = lines.join("\n");
      const key = text.replace(/ {3}[\d.]+ s ago/, "");
      if (key !== this.#last) this.#cli.out(text);
      this.#last = key;
      return;
    }
    const up = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A\u001b[J`;
    // A line that wraps would take two rows, and the next drawing would begin too far down.
    const width = process.stdout.columns;
    this.#cli.out(up + lines.map((line) => line.slice(0, width)).join("\n"));
    this.#drawn = lines.length;
  }
}

async function show(cli: CliContext, node: string | undefined): Promise<string[]> {
  const client = await cli.connect();
  const [rpc, app, peers, power, kept] = await Promise.all([
    client.rpc.call<RpcStatus>("status"),
    client.rpc.call<{ response: { version?: string } }>("abci_info"),
    client.rpc.call<{ n_peers: string }>("net_info"),
    totalPower(client),
    keptState(client),
  ]);
  if (cli.options.output === "json") {
    return [JSON.stringify({ ...rpc, n_peers: peers.n_peers, app: app.response, kept })];
  }
  const { node_info: info, sync_info: sync, validator_info: validator } = rpc;
  const ago = Math.max(0, Date.now() - Date.parse(sync.latest_block_time)) / 1000;
  return [
    `${info.network}   height ${sync.latest_block_height}   ${ago.toFixed(1)} s ago   ` +
      `peers ${peers.n_peers}   ${sync.catching_up ? "catching up" : "synced"}   ` +
      `app ${app.response.version ?? "?"} · ${engineText(info.version)} · app hash ${sync.latest_app_hash.slice(0, 8)}…`,
    `kept       blocks ${sync.earliest_block_height}..${sync.latest_block_height}   ` +
      `state ${kept.from}..${kept.to}`,
    `consensus  ${votingText(BigInt(validator.voting_power), power)}`,
    ...(node === undefined ? [] : [`node       ${await nodeText(client, node)}`]),
    `work       ${await workText(client)}`,
  ];
}

/** Heights whose state can be queried and proved. */
async function keptState(client: AssayClient): Promise<{ from: string; to: string }> {
  const path = "/cosmos.base.node.v1beta1.Service/Status";
  const { value } = await abciQuery(client.rpc, path, new Uint8Array());
  const { earliestStoreHeight, height } = QueryNodeStatusResponse.decode(value);
  return { from: String(earliestStoreHeight), to: String(height) };
}

function votingText(own: bigint, all: bigint): string {
  if (own === 0n || all === 0n) return "this node is no consensus validator";
  const percent = Number((own * 1000n) / all) / 10;
  return `voting   power ${own} (${percent} % of ${all})`;
}

async function totalPower(client: AssayClient): Promise<bigint> {
  const { validators } = await client.rpc.call<{ validators: { voting_power: string }[] }>(
    "validators",
    { per_page: "100" },
  );
  return validators.reduce((sum, one) => sum + BigInt(one.voting_power), 0n);
}

async function nodeText(client: AssayClient, node: string): Promise<string> {
  const [{ bonds }, life] = await Promise.all([
    client.staking.nodeBonds({ node }),
    client.staking.life({ node }),
  ]);
  if (bonds.length === 0) return `${shortAddress(node)}   no bond`;
  const stake = bonds.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const good = bonds.every(
    ({ status: bond, missing }) => bond === BondStatus.BOND_STATUS_ACTIVE && !missing,
  );
  const until =
    bonds
      .map(({ committedUntilMs }) => committedUntilMs)
      .sort(ascending)
      .at(-1) ?? 0n;
  const date = new Date(Number(until)).toISOString().slice(0, 10);
  const health = life.alive ? (good ? "passing" : "warning") : "critical";
  return (
    `${shortAddress(node)}   ${health}   services ${bonds.length}   bond ${formatAssay(stake)}, ` +
    `committed until ${date}   lease ${life.alive ? "ok" : "lapsed"}`
  );
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function workText(client: AssayClient): Promise<string> {
  const pagination = PageRequest.fromPartial({ limit: 20n, reverse: true });
  const { tasks } = await client.tasks.tasks({ pagination });
  const [last] = tasks;
  if (last === undefined) return "no task yet";
  const open = tasks.filter((task) => !isFinished(task)).length;
  return (
    `open ${open} of the last ${tasks.length} tasks   ` +
    `last ${last.id} ${last.service} ${last.taskKey} ${statusWords[last.status]}`
  );
}

import fs from "node:fs";
import path from "node:path";
import { parse } from "smol-toml";
import { userError, type UserError } from "../../client/index.ts";
import { chooseEngine, wantedEngine, type ChosenEngine } from "../comet/choose.ts";
import type { CliContext } from "../context.ts";
import { readJson } from "../home/files.ts";
import { makeNode } from "../home/runNode.ts";
import { writeCometConfig } from "../supervise/config.ts";
import { joinSettings, trustOf, type TrustFlags } from "../supervise/join.ts";
import { prettyLine } from "../supervise/prettyLine.ts";
import type { Register } from "../register.ts";
import { isDevelopment, requireEngineFits, soloNotice } from "../supervise/engine.ts";

type Flags = TrustFlags & { cometbft?: string; engine?: string; quiet?: boolean } & LogFlags;
type LogFlags = { logLevel?: string; logFormat?: string };
const formats = ["json", "pretty"];

export const register: Register = (program, context) => {
  program
    .command("start")
    .description("run this home's node: the app and its engine as one unit")
    .option("--engine <name>", "comet, solo (development, no consensus) or auto")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .option(
      "--log-level <level>",
      "of the app: trace, debug, info, warn, error (default: app.toml)",
    )
    .option("--log-format <format>", "json or pretty (default: pretty on a terminal)")
    .option("--quiet", "no log on the terminal; it is in logs/node.log anyway")
    .option("--trust-height <height>", "join by state sync: a block that you trust")
    .option("--trust-hash <hex>", "the hash of that block's header")
    .option("--rpc-servers <urls>", "two RPC servers or more, commas between, that prove the rest")
    .action((flags: Flags) => start(context(), flags));
};

async function start(cli: CliContext, flags: Flags): Promise<void> {
  const { home } = cli.options;
  const chainId = requireGenesis(home);
  const engine = await chooseFor(cli, flags, chainId);
  requireEngineFits(engine.path, home, chainId);
  const trust = trustOf(flags);
  if (trust !== undefined) await writeCometConfig(home, joinSettings(trust));
  const format = formatOf(cli, flags.logFormat);
  const show = (line: string): void => cli.out(format === "pretty" ? prettyLine(line) : line);
  const echo = flags.quiet === true ? {} : { echo: show };
  const appFlags = flags.logLevel === undefined ? [] : ["--log-level", flags.logLevel];
  const node = makeNode({ home, comet: engine.path, appFlags, ...echo });
  // The app reads its log level again; this process itself has none.
  process.on("SIGUSR2", () => {
    const { app } = node.pids();
    if (app !== undefined) process.kill(app, "SIGUSR2");
  });
  const ended = new Promise<UserError | undefined>((resolve) => {
    node.once("halted", resolve);
    node.once("stopped", () => resolve(undefined));
  });
  stopOnSignals(cli, () => node.stop());
  // Words that nobody can keep, on a full disk or a closed terminal, are no reason for a node to end.
  process.stdout.removeAllListeners("error").on("error", () => undefined);
  const { height } = await node.start();
  showBanner(cli, chainId, engine, height);
  const halted = await ended;
  if (halted !== undefined) throw halted;
}

async function chooseFor(cli: CliContext, flags: Flags, chainId: string): Promise<ChosenEngine> {
  const named = flags.cometbft === undefined ? cli.env["ASSAY_ENGINE"] : "comet";
  const wanted = wantedEngine(flags.engine ?? named, cli.options.home, chainId);
  const chosen = await chooseEngine(wanted, {
    env: { ...cli.env },
    policy: isDevelopment(chainId) ? "localnet" : "node",
    ...(flags.cometbft === undefined ? {} : { explicit: flags.cometbft }),
  });
  if (chosen.warning !== undefined) cli.warn(chosen.warning);
  return chosen;
}

function formatOf(cli: CliContext, given: string | undefined): string {
  const format = given ?? (cli.isTty ? "pretty" : "json");
  if (formats.includes(format)) return format;
  throw userError("E4011", { field: "--log-format", expected: formats.join(", "), actual: format });
}

/** Once drains, twice stops at once. */
function stopOnSignals(cli: CliContext, stop: () => Promise<void>): void {
  // The program's own handler ends every other command at the first Ctrl-C.
  process.removeAllListeners("SIGINT");
  let asked = false;
  const leave = (): void => {
    if (asked) process.exit(130);
    asked = true;
    cli.err("stopping; once more stops at once");
    void stop().finally(() => process.exit(0));
  };
  process.on("SIGINT", leave);
  process.on("SIGTERM", leave);
  // Whoever started this node was killed: nobody else would stop it.
  if (cli.env["ASSAY_SUPERVISED"] === "1") {
    process.stdin.resume().once("end", () => void stop().finally(() => process.exit(0)));
  }
}

function requireGenesis(home: string): string {
  const file = path.join(home, "config", "genesis.json");
  if (fs.existsSync(file)) return (readJson(file) as { chain_id: string }).chain_id;
  const fix = [
    "assay init MONIKER --chain-id ID      (a new chain, or one to join)",
    "npm start                             (a local network)",
  ];
  throw userError("E1412", { path: home }, { fix });
}

function showBanner(
  cli: CliContext,
  chainId: string,
  { name, version }: ChosenEngine,
  height: bigint,
): void {
  const { home } = cli.options;
  const config = parse(fs.readFileSync(path.join(home, "config", "config.toml"), "utf8"));
  const rpc = (config["rpc"] as { laddr: string }).laddr.replace(/^tcp:/, "http:");
  const { prometheus, prometheus_listen_addr: address } = (config["instrumentation"] ?? {}) as {
    prometheus?: boolean;
    prometheus_listen_addr?: string;
  };
  const engine = name === "solo" ? soloNotice : `CometBFT ${version}`;
  cli.err(`${chainId}   height ${height}   ${engine}   verify native`);
  cli.err(`  RPC        ${rpc}`);
  // The solo engine keeps no metrics of its own.
  if (prometheus === true && name === "comet" && address !== undefined)
    cli.err(`  metrics    http://${address.replace(/^:/, "127.0.0.1:")}/metrics`);
  const app = parse(fs.readFileSync(path.join(home, "config", "app.toml"), "utf8"));
  const { enabled, address: pages } = (app["telemetry"] ?? {}) as Record<string, unknown>;
  if (enabled === true)
    cli.err(`  health     http://${String(pages)}/health   and /metrics of the app`);
  cli.err(`  home       ${home}`);
  cli.err(`  log        ${path.join(home, "logs", "node.log")}`);
}

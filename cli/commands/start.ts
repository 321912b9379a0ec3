import fs from "node:fs";
import path from "node:path";
import { parse } from "smol-toml";
import { userError, type UserError } from "../../client/index.ts";
import { resolveComet } from "../comet/resolve.ts";
import type { CliContext } from "../context.ts";
import { readJson } from "../home/files.ts";
import { makeNode } from "../home/runNode.ts";
import { prettyLine } from "../supervise/prettyLine.ts";
import type { Register } from "../register.ts";

type Flags = { cometbft?: string; quiet?: boolean; logLevel?: string; logFormat?: string };
const formats = ["json", "pretty"];

export const register: Register = (program, context) => {
  program
    .command("start")
    .description("run this home's node: the app and CometBFT as one unit")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .option(
      "--log-level <level>",
      "of the app: trace, debug, info, warn, error (default: app.toml)",
    )
    .option("--log-format <format>", "json or pretty (default: pretty on a terminal)")
    .option("--quiet", "no log on the terminal; it is in logs/node.log anyway")
    .action((flags: Flags) => start(context(), flags));
};

async function start(cli: CliContext, flags: Flags): Promise<void> {
  const { home } = cli.options;
  const chainId = requireGenesis(home);
  const local = /-(local|dev)-[0-9]+$/.test(chainId);
  const comet = await resolveComet({
    env: { ...cli.env },
    policy: local ? "localnet" : "node",
    ...(flags.cometbft === undefined ? {} : { explicit: flags.cometbft }),
  });
  if (comet.warning !== undefined) cli.err(comet.warning);
  const format = formatOf(cli, flags.logFormat);
  const show = (line: string): void => cli.out(format === "pretty" ? prettyLine(line) : line);
  const echo = flags.quiet === true ? {} : { echo: show };
  const appFlags = flags.logLevel === undefined ? [] : ["--log-level", flags.logLevel];
  const node = makeNode({ home, comet: comet.path, appFlags, ...echo });
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
  const { height } = await node.start();
  showBanner(cli, chainId, comet.version, height);
  const halted = await ended;
  if (halted !== undefined) throw halted;
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

function showBanner(cli: CliContext, chainId: string, version: string, height: bigint): void {
  const { home } = cli.options;
  const config = parse(fs.readFileSync(path.join(home, "config", "config.toml"), "utf8"));
  const rpc = (config["rpc"] as { laddr: string }).laddr.replace(/^tcp:/, "http:");
  const { prometheus, prometheus_listen_addr: address } = config["instrumentation"] as {
    prometheus: boolean;
    prometheus_listen_addr: string;
  };
  cli.err(`${chainId}   height ${height}   CometBFT ${version}   verify native`);
  cli.err(`  RPC        ${rpc}`);
  if (prometheus) cli.err(`  metrics    http://${address.replace(/^:/, "127.0.0.1:")}/metrics`);
  const app = parse(fs.readFileSync(path.join(home, "config", "app.toml"), "utf8"));
  const { enabled, address: pages } = (app["telemetry"] ?? {}) as Record<string, unknown>;
  if (enabled === true)
    cli.err(`  health     http://${String(pages)}/health   and /metrics of the app`);
  cli.err(`  home       ${home}`);
  cli.err(`  log        ${path.join(home, "logs", "node.log")}`);
}

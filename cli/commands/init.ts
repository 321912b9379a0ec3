import path from "node:path";
import type { CliContext } from "../context.ts";
import { chooseEngine, readEngineName } from "../comet/choose.ts";
import { buildGenesis } from "../home/genesis.ts";
import { requireEmptyHome, writeBeaconKeys, writeGenesis, writeHome } from "../home/init.ts";
import { userError } from "../../client/index.ts";
import { portsFrom } from "../supervise/config.ts";
import type { Register } from "../register.ts";
import { isDevelopment } from "../supervise/engine.ts";

type Flags = { overwrite?: boolean; cometbft?: string; engine?: string; portOffset?: string };
const mostOffset = 30_000;

const written = [
  ["config/config.toml", "the engine's settings"],
  ["config/app.toml", "the app's settings"],
  ["config/client.toml", "defaults of commands"],
  ["config/genesis.json", "this node as the only consensus validator; no coins yet"],
  ["config/node_key.json", "secret: the node's name among its peers"],
  ["config/priv_validator_key.json", "secret: the consensus key; never copy it to a second home"],
  ["config/beacon_key.json", "secret: derived from the consensus key"],
] as const;

export const register: Register = (program, context) => {
  program
    .command("init <moniker>")
    .description("write a new home: keys, configuration and a genesis file")
    .option("--overwrite", "replace the chain and the keys that are there")
    .option("--engine <name>", "comet, solo (development, no consensus) or auto")
    .option("--port-offset <n>", "add n to every port: for several homes on one machine")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((moniker: string, flags: Flags) => init(context(), moniker, flags));
};

async function init(cli: CliContext, moniker: string, flags: Flags): Promise<void> {
  const { home, node } = cli.options;
  const chainId = cli.options.chainId ?? "assay-dev-1";
  const offset = offsetOf(flags.portOffset);
  const local = isDevelopment(chainId);
  const named = flags.cometbft === undefined ? cli.env["ASSAY_ENGINE"] : "comet";
  const wanted = readEngineName(flags.engine ?? named) ?? "auto";
  if (wanted === "solo" && !local) throw userError("E1206", { chainId });
  const engine = await chooseEngine(wanted === "auto" && !local ? "comet" : wanted, {
    env: { ...cli.env },
    policy: "localnet",
    allowInstall: true,
    log: cli.err,
    ...(flags.cometbft === undefined ? {} : { explicit: flags.cometbft }),
  });
  if (engine.name === "solo" && engine.warning !== undefined) cli.warn(engine.warning);
  requireEmptyHome(home, flags.overwrite ?? false);
  const profile = local ? "localnet" : "default";
  const made = await writeHome({
    home,
    moniker,
    chainId,
    profile,
    comet: engine.path,
    keyringBackend: cli.options.keyringBackend,
    ports: portsFrom(offset),
    nodes: offset === 0 ? node.split(",") : [`http://127.0.0.1:${portsFrom(offset).rpc}`],
  });
  const validators = writeBeaconKeys([made]);
  const genesis = buildGenesis({ chainId, profile, timeMs: Date.now(), validators, accounts: [] });
  writeGenesis(home, genesis);
  if (cli.options.output === "json") {
    const files = written.map(([file]) => path.join(home, file));
    return cli.out(
      JSON.stringify({ chain_id: chainId, moniker, home, node_id: made.nodeId, files }),
    );
  }
  cli.out(`${chainId}   ${moniker}   node id ${made.nodeId}\n`);
  for (const [file, what] of written) cli.out(`  ${path.join(home, file).padEnd(56)} ${what}`);
  cli.out(`\nnext   assay start${home.endsWith("/.assay") ? "" : ` --home ${home}`}`);
}

function offsetOf(text: string | undefined): number {
  const value = Number(text ?? "0");
  if (Number.isInteger(value) && value >= 0 && value <= mostOffset) return value;
  throw userError("E4011", {
    ...{ field: "--port-offset", expected: `0 to ${mostOffset}`, actual: String(text) },
  });
}

import path from "node:path";
import type { CliContext } from "../context.ts";
import { resolveComet } from "../comet/resolve.ts";
import { buildGenesis } from "../home/genesis.ts";
import { requireEmptyHome, writeBeaconKeys, writeGenesis, writeHome } from "../home/init.ts";
import { userError } from "../../client/index.ts";
import { portsFrom } from "../supervise/config.ts";
import type { Register } from "../register.ts";

type Flags = { overwrite?: boolean; cometbft?: string; portOffset?: string };
const mostOffset = 30_000;

const written = [
  ["config/config.toml", "CometBFT's settings"],
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
    .option("--port-offset <n>", "add n to every port: for several homes on one machine")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((moniker: string, flags: Flags) => init(context(), moniker, flags));
};

async function init(cli: CliContext, moniker: string, flags: Flags): Promise<void> {
  const { home, node } = cli.options;
  const chainId = cli.options.chainId ?? "assay-dev-1";
  const offset = offsetOf(flags.portOffset);
  const comet = await resolveComet({
    env: { ...cli.env },
    policy: "localnet",
    allowInstall: true,
    log: cli.err,
    ...(flags.cometbft === undefined ? {} : { explicit: flags.cometbft }),
  });
  requireEmptyHome(home, flags.overwrite ?? false);
  const local = /-(local|dev)-[0-9]+$/.test(chainId);
  const profile = local ? "localnet" : "default";
  const made = await writeHome({
    home,
    moniker,
    chainId,
    profile,
    comet: comet.path,
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

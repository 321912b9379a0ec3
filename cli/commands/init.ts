import path from "node:path";
import type { CliContext } from "../context.ts";
import { resolveComet } from "../comet/resolve.ts";
import { buildGenesis } from "../home/genesis.ts";
import { requireEmptyHome, writeBeaconKeys, writeGenesis, writeHome } from "../home/init.ts";
import type { Register } from "../register.ts";

type Flags = { overwrite?: boolean; cometbft?: string };

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
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((moniker: string, flags: Flags) => init(context(), moniker, flags));
};

async function init(cli: CliContext, moniker: string, flags: Flags): Promise<void> {
  const { home, node } = cli.options;
  const chainId = cli.options.chainId ?? "assay-dev-1";
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
    nodes: node.split(","),
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

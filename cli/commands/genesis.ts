import { fromBech32 } from "@cosmjs/encoding";
import fs from "node:fs";
import path from "node:path";
import { userError } from "../../client/index.ts";
import { resolveComet } from "../comet/resolve.ts";
import type { CliContext } from "../context.ts";
import { writeJson } from "../home/files.ts";
import {
  addGenesisAccount,
  genesisPath,
  monikerOf,
  readGenesisFile,
  requireNotStarted,
  requireSound,
  setValidators,
  sha256Of,
  writePeers,
} from "../home/genesisFile.ts";
import { makeGentx, readGentx } from "../home/gentx.ts";
import type { Register } from "../register.ts";
import { formatAssay, parseCoinAmount } from "../print.ts";
import { nodeId } from "../supervise/config.ts";

type GentxFlags = { ip?: string; power: string; cometbft?: string; outputDocument?: string };

export const register: Register = (program, context) => {
  const genesis = program
    .command("genesis")
    .description("the first state of a chain: who holds coins, who makes blocks");
  genesis
    .command("add-genesis-account <address-or-key> <coin>")
    .description("give an account coins from the beginning, for instance 1000ASSAY")
    .action((account: string, coin: string) => addAccount(context(), account, coin));
  genesis
    .command("gentx")
    .description("write what the others need to know of this validator: config/gentx/gentx-*.json")
    .requiredOption("--ip <host>", "IP address or host name under which the others reach it")
    .option("--power <n>", "its share of the votes, beside the others' numbers", "10")
    .option("--output-document <file>", "write it there instead")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((flags: GentxFlags) => gentx(context(), flags));
  genesis
    .command("collect-gentxs")
    .description("make all validators of config/gentx part of genesis, and write config/chain.json")
    .option("--gentx-dir <dir>", "where the files are (default HOME/config/gentx)")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((flags: { gentxDir?: string; cometbft?: string }) => collect(context(), flags));
  genesis
    .command("validate [file]")
    .description("every fault of a genesis file (default: this home's)")
    .action((file: string | undefined) => {
      const cli = context();
      const target = path.resolve(file ?? genesisPath(cli.options.home));
      if (!fs.existsSync(target)) throw userError("E1412", { path: path.dirname(target) });
      requireSound(target);
      cli.out(`${target} is sound   sha256 ${sha256Of(fs.readFileSync(target))}`);
    });
};

function addAccount(cli: CliContext, account: string, coin: string): void {
  const { home } = cli.options;
  requireNotStarted(home);
  const amount = parseCoinAmount(coin);
  if (amount === undefined) {
    throw userError("E4011", {
      ...{ field: "coin", expected: "a coin like 1000ASSAY", actual: coin },
    });
  }
  const address = isAddress(account) ? account : cli.keyring().get(account).address;
  const genesis = readGenesisFile(home);
  addGenesisAccount(genesis, address, amount);
  writeJson(genesisPath(home), genesis);
  cli.out(`${address}   ${formatAssay(amount)}`);
}

function isAddress(text: string): boolean {
  try {
    return fromBech32(text, 90).data.length === 20;
  } catch {
    return false;
  }
}

async function gentx(cli: CliContext, flags: GentxFlags): Promise<void> {
  const { home } = cli.options;
  requireNotStarted(home);
  const genesis = readGenesisFile(home);
  if (!/^[1-9][0-9]{0,9}$/.test(flags.power)) {
    const expected = "a whole number of 1 or more";
    throw userError("E4011", { field: "--power", expected, actual: flags.power });
  }
  const host = flags.ip ?? "";
  if (!/^(?:[\w.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])$/.test(host)) {
    const expected = "an IP address ([..] around IPv6) or a host name, without port";
    throw userError("E4011", { field: "--ip", expected, actual: host });
  }
  const made = makeGentx({
    ...{ home, host, chainId: genesis.chain_id, moniker: monikerOf(home) },
    power: BigInt(flags.power),
    nodeId: await ownId(cli, flags),
  });
  const file = path.resolve(
    flags.outputDocument ?? path.join(home, "config", "gentx", `gentx-${made.moniker}.json`),
  );
  writeJson(file, made);
  cli.out(cli.options.output === "json" ? JSON.stringify({ file, ...made }) : file);
}

async function ownId(cli: CliContext, { cometbft }: { cometbft?: string }): Promise<string> {
  const explicit = cometbft === undefined ? {} : { explicit: cometbft };
  const found = await resolveComet({ env: { ...cli.env }, policy: "localnet", ...explicit });
  return nodeId(found.path, cli.options.home);
}

async function collect(
  cli: CliContext,
  flags: { gentxDir?: string; cometbft?: string },
): Promise<void> {
  const { home } = cli.options;
  requireNotStarted(home);
  const genesis = readGenesisFile(home);
  const directory = path.resolve(flags.gentxDir ?? path.join(home, "config", "gentx"));
  const files = fs.existsSync(directory)
    ? fs.readdirSync(directory).filter((name) => name.endsWith(".json"))
    : [];
  if (files.length === 0) {
    throw userError("E4011", {
      ...{ field: directory, expected: "files of assay genesis gentx", actual: "none" },
    });
  }
  const all = files.map((name) => readGentx(path.join(directory, name), genesis.chain_id));
  const gentxs = all.sort((a, b) => (a.address < b.address ? -1 : 1));
  setValidators(genesis, gentxs);
  // A draft beside it until it is known to be sound: a refused one must not replace what is there.
  const file = genesisPath(home);
  const draft = `${file}.draft`;
  writeJson(draft, genesis);
  try {
    requireSound(draft);
    fs.renameSync(draft, file);
  } finally {
    fs.rmSync(draft, { force: true });
  }
  const peers = gentxs.map(({ peer }) => peer);
  writePeers(home, peers, await ownId(cli, flags));
  const chain = chainJson(genesis.chain_id, sha256Of(fs.readFileSync(file)), peers);
  const chainFile = path.join(home, "config", "chain.json");
  writeJson(chainFile, chain);
  for (const { moniker, power, peer } of gentxs) cli.err(`  ${moniker}   power ${power}   ${peer}`);
  cli.out(`${file}\n${chainFile}`);
}

/** The form of the chain registry; `genesis_url` is relative to the file, the checksum is ours. */
function chainJson(chainId: string, sha256: string, peers: readonly string[]): object {
  return {
    $schema: "../chain.schema.json",
    chain_name: chainId.replace(/-[0-9]+$/, "").replace(/[^a-z0-9]/g, ""),
    chain_type: "cosmos",
    chain_id: chainId,
    bech32_prefix: "assay",
    daemon_name: "assay",
    node_home: "$HOME/.assay",
    codebase: { genesis: { genesis_url: "genesis.json", sha256 } },
    peers: {
      persistent_peers: peers.map((peer) => {
        const [id = "", address = ""] = peer.split("@");
        return { id, address };
      }),
    },
  };
}

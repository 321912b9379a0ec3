import fs from "node:fs";
import path from "node:path";
import { userError } from "../../client/index.ts";
import { resolveComet } from "../comet/resolve.ts";
import type { CliContext } from "../context.ts";
import { readJson, writeFile } from "../home/files.ts";
import { editToml } from "../supervise/editToml.ts";
import {
  genesisPath,
  requireNotStarted,
  requireSound,
  sha256Of,
  writePeers,
} from "../home/genesisFile.ts";
import type { Register } from "../register.ts";
import { nodeId } from "../supervise/config.ts";

type Chain = {
  readonly chain_id?: string;
  readonly codebase?: { readonly genesis?: { readonly genesis_url?: string; sha256?: string } };
  readonly genesis?: { readonly genesis_url?: string; readonly sha256?: string };
  readonly peers?: { readonly persistent_peers?: readonly { id: string; address: string }[] };
};

const fetchLimitMs = 60_000;

export const register: Register = (program, context) => {
  program
    .command("join <chain.json>")
    .description("take genesis and peers of a chain from its chain.json (a file or a URL)")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((chain: string, flags: { cometbft?: string }) => join(context(), chain, flags));
};

async function join(
  cli: CliContext,
  place: string,
  { cometbft }: { cometbft?: string },
): Promise<void> {
  const { home } = cli.options;
  const config = path.join(home, "config");
  if (!fs.existsSync(path.join(config, "config.toml"))) {
    throw userError("E1412", { path: home }, { fix: ["assay init MONIKER --chain-id ID"] });
  }
  requireNotStarted(home);
  const chain = parseChain(place, await read(place));
  const { genesis_url: url, sha256 } = chain.codebase?.genesis ?? chain.genesis ?? {};
  if (url === undefined || chain.chain_id === undefined) {
    const actual = "neither chain_id nor codebase.genesis.genesis_url";
    throw userError("E4011", { field: place, expected: "a chain.json", actual });
  }
  const genesis = await read(beside(place, url));
  const actual = sha256Of(genesis);
  if (sha256 !== undefined && sha256 !== actual)
    throw userError("E1443", { expected: sha256, actual });
  // A draft beside it until it is known to be sound: a refused one must not replace what is there.
  const draft = `${genesisPath(home)}.draft`;
  writeFile(draft, genesis);
  try {
    requireChain(draft, chain.chain_id);
    requireSound(draft);
    fs.renameSync(draft, genesisPath(home));
  } finally {
    fs.rmSync(draft, { force: true });
  }
  const explicit = cometbft === undefined ? {} : { explicit: cometbft };
  const comet = await resolveComet({ env: { ...cli.env }, policy: "localnet", ...explicit });
  const peers = (chain.peers?.persistent_peers ?? []).map(({ id, address }) => `${id}@${address}`);
  writePeers(home, peers, await nodeId(comet.path, home));
  useChainId(home, chain.chain_id);
  const role = isValidator(home, genesis) ? "a consensus validator of it" : "no validator of it";
  cli.out(`${chain.chain_id}   genesis sha256 ${actual}   ${peers.length} peers   ${role}`);
}

function parseChain(place: string, text: string): Chain {
  try {
    return JSON.parse(text) as Chain;
  } catch {
    throw userError("E4011", { field: place, expected: "a chain.json", actual: "no JSON" });
  }
}

async function read(place: string): Promise<string> {
  if (!isUrl(place)) {
    if (fs.existsSync(place)) return fs.readFileSync(place, "utf8");
    throw userError("E4011", { field: place, expected: "a file or a URL", actual: "no such file" });
  }
  const response = await fetch(place, { signal: AbortSignal.timeout(fetchLimitMs) });
  if (response.ok) return response.text();
  const actual = `HTTP status ${response.status}`;
  throw userError("E4011", { field: place, expected: "a file", actual });
}

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/** A relative place is meant from where chain.json is. */
function beside(place: string, other: string): string {
  if (isUrl(other)) return other;
  return isUrl(place) ? new URL(other, place).href : path.resolve(path.dirname(place), other);
}

function requireChain(file: string, chainId: string): void {
  const { chain_id: actual } = readJson(file) as { chain_id: string };
  if (actual === chainId) return;
  throw userError("E4011", { field: "genesis chain_id", expected: chainId, actual });
}

/** Commands check the chain id of client.toml: it is that of the chain that was joined. */
function useChainId(home: string, chainId: string): void {
  const file = path.join(home, "config", "client.toml");
  if (!fs.existsSync(file)) return;
  writeFile(file, editToml(fs.readFileSync(file, "utf8"), { "chain-id": chainId }));
}

function isValidator(home: string, genesis: string): boolean {
  const own = readJson(path.join(home, "config", "priv_validator_key.json")) as { address: string };
  const { validators = [] } = JSON.parse(genesis) as { validators?: { address: string }[] };
  return validators.some(({ address }) => address === own.address);
}

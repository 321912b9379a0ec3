import fs from "node:fs";
import path from "node:path";
import { userError } from "../../client/errors/index.ts";
import {
  cometSettings,
  initComet,
  nodeId,
  writeCometConfig,
  type CometConfig,
} from "../supervise/config.ts";
import { beaconKeys, type BeaconKey } from "./beaconKeys.ts";
import { readJson, writeFile, writeJson } from "./files.ts";
import type { GenesisValidator } from "./genesis.ts";
import type { Profile } from "./params.ts";
import { socketPathOf } from "./socket.ts";
import { appToml, clientToml } from "./templates.ts";

export type HomeOptions = {
  readonly home: string;
  readonly moniker: string;
  readonly chainId: string;
  readonly profile: Profile;
  /** The CometBFT program: it makes its own keys and its configuration's template. */
  readonly comet: string;
  readonly keyringBackend: string;
  readonly ports?: CometConfig["ports"];
  /** RPC endpoints for client.toml. */
  readonly nodes: readonly string[];
};

/** A home whose keys and configuration are there; the genesis file comes with the network. */
export type Home = {
  readonly home: string;
  /** The consensus key, private: base64. */
  readonly consensusKey: string;
  readonly validator: Omit<GenesisValidator, "beacon">;
  readonly nodeId: string;
};

/** Power of every first consensus validator. */
const firstPower = 10n;

/** Writes config/ and data/ of a node, all but genesis.json and beacon_key.json. */
export async function writeHome(options: HomeOptions): Promise<Home> {
  const { home, moniker, chainId, profile, comet } = options;
  requireSafeName("moniker", moniker);
  requireSafeName("chain id", chainId);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  // CometBFT makes its folders for the group to read: here are keys.
  for (const folder of ["config", "data"]) {
    fs.mkdirSync(path.join(home, folder), { recursive: true, mode: 0o700 });
  }
  await initComet(comet, home);
  await writeCometConfig(home, cometSettings(cometConfig(options)));
  const { keyringBackend, nodes } = options;
  writeFile(path.join(home, "config", "app.toml"), appToml(profile, options.ports?.app));
  writeFile(
    path.join(home, "config", "client.toml"),
    clientToml({ chainId, keyringBackend, nodes }),
  );
  return readHome(home, moniker, await nodeId(comet, home));
}

/** config.toml of a home; peers and ports may change with every start. */
export function cometConfig({ home, moniker, profile, ports }: HomeOptions): CometConfig {
  const shared = { profile: profile === "localnet" ? "localnet" : "node", moniker } as const;
  const socketPath = socketPathOf(home);
  return ports === undefined ? { ...shared, socketPath } : { ...shared, socketPath, ports };
}

type ValidatorKey = {
  readonly address: string;
  readonly pub_key: { readonly value: string };
  readonly priv_key: { readonly value: string };
};

function readHome(home: string, moniker: string, id: string): Home {
  const file = path.join(home, "config", "priv_validator_key.json");
  const key = readJson(file) as ValidatorKey;
  return {
    home,
    consensusKey: key.priv_key.value,
    validator: {
      name: moniker,
      address: key.address,
      publicKey: key.pub_key.value,
      power: firstPower,
    },
    nodeId: id,
  };
}

/** Derives and writes the beacon keys of homes; answers what genesis needs of them. */
export function writeBeaconKeys(homes: readonly Home[]): GenesisValidator[] {
  const keys = beaconKeys(homes.map(({ consensusKey }) => consensusKey));
  return homes.map(({ home, validator }, i) => {
    const beacon = keys[i] as BeaconKey;
    writeJson(path.join(home, "config", "beacon_key.json"), beacon);
    return { ...validator, beacon };
  });
}

export function writeGenesis(home: string, genesis: unknown): void {
  writeJson(path.join(home, "config", "genesis.json"), genesis);
}

/** Throws E1401 where a chain is already; with `overwrite` its configuration and data go, its keyring stays. */
export function requireEmptyHome(home: string, overwrite: boolean): void {
  const written = ["config", "data"].map((name) => path.join(home, name)).filter(fs.existsSync);
  if (written.length === 0) return;
  // Folders of these names are everywhere; only those beside a consensus key are a node's.
  const isHome = fs.existsSync(path.join(home, "config", "priv_validator_key.json"));
  if (!overwrite || !isHome) {
    const fix = isHome
      ? ["assay init MONIKER --overwrite   (its chain and keys are lost)", "another --home"]
      : ["another --home"];
    throw userError("E1401", { path: home }, { fix });
  }
  for (const folder of written) fs.rmSync(folder, { recursive: true });
}

/** They stand in TOML and JSON files and in log lines. */
function requireSafeName(field: string, name: string): void {
  if (/^[\w.+ -]{1,50}$/.test(name)) return;
  throw userError("E4011", {
    field,
    expected: "1 to 50 letters, digits, spaces and . _ - +",
    actual: name,
  });
}

import fs from "node:fs";
import path from "node:path";
import { writeFile } from "../cli/home/files.ts";
import { clientToml } from "../cli/home/templates.ts";
import { buildGenesis } from "../cli/home/genesis.ts";
import { cometConfig, writeBeaconKeys, writeGenesis, writeHome } from "../cli/home/init.ts";
import { writeExecutorHome } from "../cli/executor/setup.ts";
import { editToml } from "../cli/supervise/editToml.ts";
import { cometSettings, nodeId, writeCometConfig } from "../cli/supervise/config.ts";
import type { Account } from "./accounts.ts";
import type { Folder, Network } from "./folder.ts";
import { executorMetricsPort, nodePorts, rpcUrl } from "./ports.ts";

const assay = 1_000_000n;
const genesisBalance = 10_000n * assay;
const keyringBackend = "test";

/** Homes of the consensus validators, all with the same genesis.json. Done once in the life of a network. */
export async function writeNetwork(
  folder: Folder,
  network: Network,
  comet: string,
  accounts: readonly Account[],
): Promise<void> {
  const { chainId, validators } = network;
  const indexes = Array.from({ length: validators }, (_, i) => i);
  const homes = await Promise.all(
    indexes.map((i) => writeHome(homeOptions(folder, network, comet, i))),
  );
  const genesis = buildGenesis({
    chainId,
    profile: "localnet",
    timeMs: Date.now(),
    validators: writeBeaconKeys(homes),
    accounts: accounts.map(({ address }) => ({ address, amount: genesisBalance })),
  });
  for (const { home } of homes) writeGenesis(home, genesis);
  folder.save(network);
}

function homeOptions(folder: Folder, network: Network, comet: string, index: number) {
  return {
    home: folder.in(`node${index}`),
    moniker: `node${index}`,
    chainId: network.chainId,
    profile: "localnet",
    comet,
    keyringBackend,
    nodes: rpcUrls(network),
    ports: nodePorts(index, network.portOffset),
  } as const;
}

/** Ports may be others than at the last start: written into every config.toml, as are the peers. */
export async function connectNodes(folder: Folder, network: Network, comet: string): Promise<void> {
  const indexes = Array.from({ length: network.validators }, (_, i) => i);
  const peers = await Promise.all(
    indexes.map(async (i) => {
      const id = await nodeId(comet, folder.in(`node${i}`));
      return `${id}@127.0.0.1:${nodePorts(i, network.portOffset).p2p}`;
    }),
  );
  for (const index of indexes) {
    const options = homeOptions(folder, network, comet, index);
    const persistentPeers = peers.filter((_, i) => i !== index);
    await writeCometConfig(
      options.home,
      cometSettings({ ...cometConfig(options), persistentPeers }),
    );
    const appFile = path.join(options.home, "config", "app.toml");
    const address = `127.0.0.1:${options.ports.app}`;
    writeFile(
      appFile,
      editToml(fs.readFileSync(appFile, "utf8"), { "telemetry.address": address }),
    );
  }
  // Where commands without a home of their own find the nodes.
  const { chainId } = network;
  writeFile(
    folder.in("client.toml"),
    clientToml({ chainId, keyringBackend, nodes: rpcUrls(network) }),
  );
}

export function rpcUrls({ validators, portOffset }: Network): string[] {
  return Array.from({ length: validators }, (_, i) => rpcUrl(i, portOffset));
}

/** Writes the executors' homes with what they serve; answers the operators' addresses. */
export async function writeExecutors(folder: Folder, network: Network): Promise<string[]> {
  const operators: string[] = [];
  for (let i = 1; i <= network.executors; i++)
    operators.push(await writeExecutor(folder, network, i));
  return operators;
}

export async function writeExecutor(
  folder: Folder,
  network: Network,
  index: number,
): Promise<string> {
  const { address } = await writeExecutorHome({
    home: folder.in(`executor${index}`),
    rpc: rpcUrls(network),
    chainId: network.chainId,
    keyring: keyringBackend,
    services: servedBy(folder, index),
    metrics: `127.0.0.1:${executorMetricsPort(index, network.portOffset)}`,
  });
  return address;
}

const servicesOf = (folder: Folder, index: number): string =>
  folder.in(`executor${index}`, "config", "services");

/** The manifests that an executor serves: copies, so that an edit of the original changes no running service. */
function servedBy(folder: Folder, index: number): string[] {
  const directory = servicesOf(folder, index);
  if (!fs.existsSync(directory)) return [];
  const files = fs.readdirSync(directory).filter((name) => name.endsWith(".yml"));
  return files.sort(compareText).map((name) => `${directory}/${name}`);
}

/** True when the executor did not have this manifest yet. */
export function addService(
  folder: Folder,
  index: number,
  release: string,
  manifest: Uint8Array,
): boolean {
  const directory = servicesOf(folder, index);
  const file = `${directory}/${release}.yml`;
  if (fs.existsSync(file) && fs.readFileSync(file).equals(manifest)) return false;
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, manifest, { mode: 0o600 });
  return true;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

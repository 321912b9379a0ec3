import fs from "node:fs";
import path from "node:path";
import { toHex } from "../core/bytes.ts";
import { userError } from "../client/errors/index.ts";
import { configTemplate } from "./config.ts";
import { keyFromPrivate, newKey, type DevelopmentKey } from "./chain/keys.ts";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

export const soloFolder = (home: string): string => path.join(home, "data", "solo");
const keyFile = (home: string): string => path.join(home, "config", "priv_validator_key.json");
const moreKeysFile = (home: string): string => path.join(home, "config", "solo_keys.json");
const nodeKeyFile = (home: string): string => path.join(home, "config", "node_key.json");
const genesisFile = (home: string): string => path.join(home, "config", "genesis.json");
/** App and engine both go back to the height in it at their next start. */
export const rollbackFile = (home: string): string => path.join(home, "data", "rollback-to.json");

type PrivateKeyJson = { readonly type: string; readonly value: string };
type KeyJson = {
  readonly address: string;
  readonly pub_key: PrivateKeyJson;
  readonly priv_key: PrivateKeyJson;
};

/** Keys, config.toml and a draft of genesis, as `cometbft init` makes them; what is there stays. */
export function initHome(home: string, keys: number): void {
  refuseCometHome(home);
  for (const folder of [path.join(home, "config"), soloFolder(home)]) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  writeNew(keyFile(home), () => keyJson(newKey()));
  writeNew(nodeKeyFile(home), () => ({ priv_key: keyJson(newKey()).priv_key }));
  if (keys > 1) {
    writeNew(moreKeysFile(home), () => Array.from({ length: keys - 1 }, () => keyJson(newKey())));
  }
  writeNew(path.join(home, "config", "config.toml"), () => configTemplate);
  writeNew(genesisFile(home), () => genesisDraft(readKeys(home)));
}

function writeNew(file: string, content: () => unknown): void {
  if (fs.existsSync(file)) return;
  const value = content();
  const text = typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`;
  fs.writeFileSync(file, text, { mode: 0o600 });
}

const keyJson = ({ address, publicKey, privateKey }: DevelopmentKey): KeyJson => ({
  address: toHex(address).toUpperCase(),
  pub_key: { type: "tendermint/PubKeyEd25519", value: base64(publicKey) },
  priv_key: { type: "tendermint/PrivKeyEd25519", value: base64(privateKey) },
});

function genesisDraft(keys: readonly DevelopmentKey[]): unknown {
  return {
    genesis_time: new Date().toISOString(),
    chain_id: "solo-dev-1",
    initial_height: "1",
    validators: keys.map((key) => ({
      address: toHex(key.address).toUpperCase(),
      pub_key: keyJson(key).pub_key,
      power: "10",
      name: "",
    })),
    app_hash: "",
  };
}

/** The home's own key first: it proposes; the others sign with it. */
export function readKeys(home: string): [DevelopmentKey, ...DevelopmentKey[]] {
  const own = readJson(keyFile(home)) as KeyJson;
  const file = moreKeysFile(home);
  const others = fs.existsSync(file) ? (readJson(file) as KeyJson[]) : [];
  return [keyOf(own.priv_key), ...others.map(({ priv_key }) => keyOf(priv_key))];
}

const keyOf = ({ value }: PrivateKeyJson): DevelopmentKey =>
  keyFromPrivate(Uint8Array.from(Buffer.from(value, "base64")));

const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(file, "utf8"));

/** The id under which CometBFT's peers would know the node. */
export function nodeIdOf(home: string): string {
  return toHex(keyOf((readJson(nodeKeyFile(home)) as KeyJson).priv_key).address);
}

export const genesisOf = genesisFile;

/** Throws E1207 where CometBFT has kept blocks: two engines on one home would sign twice. */
export function refuseCometHome(home: string): void {
  const found = ["blockstore.db", "state.db", "cs.wal"].map((name) =>
    path.join(home, "data", name),
  );
  if (!found.some((one) => fs.existsSync(one))) return;
  throw userError("E1207", { path: home, owner: "CometBFT", engine: "the solo engine" });
}

/** Throws E1206 unless the chain's name says that it is a development chain. */
export function requireDevelopment(chainId: string): void {
  if (!/-(local|dev)-[0-9]+$/.test(chainId)) throw userError("E1206", { chainId });
}

/** The height that a revert asked for, if one did. */
export function askedRollback(home: string): bigint | undefined {
  const file = rollbackFile(home);
  if (!fs.existsSync(file)) return undefined;
  return BigInt((readJson(file) as { height: string }).height);
}

const clockFile = (home: string): string => path.join(soloFolder(home), "clock.json");

/** How far the clock of this home's chain was advanced. */
export function clockOf(home: string) {
  const file = clockFile(home);
  const saved = fs.existsSync(file) ? (readJson(file) as { ahead_ns: string }).ahead_ns : "0";
  return {
    aheadNanos: BigInt(saved),
    save: (ahead: bigint): void => replace(file, { ahead_ns: String(ahead) }),
  };
}

export function askRollback(home: string, height: bigint): void {
  replace(rollbackFile(home), { height: String(height) });
}

/** A crash leaves the old file or the new one. */
function replace(file: string, value: object): void {
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

import { readFileSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { parse } from "smol-toml";
import { equalBytes } from "../core/bytes.ts";
import { bech32Config } from "../core/crypto/bech32.ts";
import { sha256 } from "../core/crypto/sha256.ts";
import { parseDec } from "../core/math/dec.ts";
import { MAX_SOCKET_PATH_BYTES } from "./abci/socketPath.ts";
import { beaconSecret, blsPublicKey } from "./crypto/bls.ts";
import { StartError } from "./errors.ts";
import { logLevels } from "./appLogger.ts";
import type { MinGasPrice } from "./tx/fee.ts";
import type { MempoolLimits } from "./tx/mempool.ts";

/** config/app.toml as far as the app reads it; a missing file or field takes the default. */
export type AppToml = {
  readonly minGasPrices: readonly MinGasPrice[];
  readonly minRetainBlocks: bigint;
  readonly queryGasLimit: bigint;
  readonly keepVersions: number;
  /** Blocks between two state snapshots that peers are given; 0n: none are given. */
  readonly snapshotInterval: bigint;
  readonly snapshotKeep: number;
  readonly haltHeight: bigint;
  /** Bytes after which the change log begins a new file. */
  readonly segmentBytes: number;
  /** host:port of the metrics page, undefined when it is off. */
  readonly metrics: string | undefined;
  readonly logLevel: string;
};

/** The same on every node that says nothing else: peers fetch one snapshot from several. */
export const defaultSnapshotInterval = 1000n;

export type GenesisFile = {
  readonly chain_id: string;
  readonly app_state?: unknown;
  readonly consensus_params?: unknown;
  readonly validators?: readonly { readonly pub_key: { readonly value: string } }[];
};

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export function readGenesis(home: string): GenesisFile {
  const path = join(home, "config", "genesis.json");
  const text = readText(path);
  if (text === undefined) {
    throw new StartError("E1412", `home ${home} holds no chain: ${path} is missing`, [
      "assay init MONIKER --chain-id ID",
    ]);
  }
  return JSON.parse(text) as GenesisFile;
}

/** The prefix of addresses is the genesis file's: that of its first account. */
export function usePrefixOf(genesis: GenesisFile): void {
  const state = genesis.app_state as
    | { auth?: { accounts?: { address?: string; base_account?: { address?: string } }[] } }
    | undefined;
  const first = state?.auth?.accounts?.[0];
  const address = first?.address ?? first?.base_account?.address ?? "";
  const split = address.lastIndexOf("1");
  if (split > 0) bech32Config.prefix = address.slice(0, split);
}

export function readAppToml(home: string): AppToml {
  const path = join(home, "config", "app.toml");
  const file = parse(readText(path) ?? "", { integersAsBigInt: true });
  const telemetry = (file["telemetry"] ?? {}) as Record<string, unknown>;
  const whole = (name: string): bigint => wholeNumber(path, name, file[name]);
  const keep = whole("pruning-keep-recent");
  const sync = (file["state-sync"] ?? {}) as Record<string, unknown>;
  const ofSync = (name: string, normal: bigint): bigint =>
    sync[name] === undefined ? normal : wholeNumber(path, `state-sync.${name}`, sync[name]);
  const gas = whole("query-gas-limit");
  return {
    minGasPrices: gasPrices(path, file["minimum-gas-prices"] ?? ""),
    minRetainBlocks: whole("min-retain-blocks"),
    queryGasLimit: gas,
    keepVersions: keep === 0n ? 100 : Number(keep),
    snapshotInterval: ofSync("snapshot-interval", defaultSnapshotInterval),
    snapshotKeep: Number(ofSync("snapshot-keep-recent", 2n)),
    haltHeight: whole("halt-height"),
    segmentBytes: Number(whole("state-segment-bytes")) || 64 * 1024 * 1024,
    metrics: telemetry["enabled"] === true ? address(path, telemetry["address"]) : undefined,
    logLevel: level(path, file["log-level"] ?? "info"),
  };
}

/** CometBFT's own, where the file does not say otherwise. */
const defaultMempool: MempoolLimits = { txs: 5_000n, bytes: 1_073_741_824n };

/** What CometBFT lets wait, from the config.toml that lies beside ours. */
export function readMempoolLimits(home: string): MempoolLimits {
  const path = join(home, "config", "config.toml");
  const file = parse(readText(path) ?? "", { integersAsBigInt: true });
  const { size, max_txs_bytes: bytes } = (file["mempool"] ?? {}) as Record<string, unknown>;
  return {
    txs: typeof size === "bigint" && size > 0n ? size : defaultMempool.txs,
    bytes: typeof bytes === "bigint" && bytes > 0n ? bytes : defaultMempool.bytes,
  };
}

function address(path: string, value: unknown): string {
  if (typeof value === "string" && /^(?:[\w.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$/.test(value))
    return value;
  throw faultOf(path, "[telemetry] address", '"127.0.0.1:26661"', value);
}

function level(path: string, value: unknown): string {
  if (typeof value === "string" && logLevels.some((known) => known === value)) return value;
  throw faultOf(path, "log-level", logLevels.join(", "), value);
}

/** SDK files write numbers as text or plain. */
function wholeNumber(path: string, name: string, value: unknown): bigint {
  if (value === undefined || value === "") return 0n;
  if (typeof value === "bigint" && value >= 0n) return value;
  if (typeof value === "string" && /^[0-9]{1,18}$/.test(value)) return BigInt(value);
  throw faultOf(path, name, "a whole number", value);
}

function gasPrices(path: string, value: unknown): MinGasPrice[] {
  if (typeof value !== "string") throw faultOf(path, "minimum-gas-prices", "text", value);
  if (value === "") return [];
  return value.split(",").map((part) => {
    const match = /^([0-9]+(?:\.[0-9]+)?)([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(part.trim());
    const price = parseDec(match?.[1] ?? "");
    if (match?.[2] === undefined || price === undefined)
      throw faultOf(path, "minimum-gas-prices", '"0.0025uassay" or a list of such', value);
    return { denom: match[2], price };
  });
}

function faultOf(path: string, name: string, expected: string, got: unknown): StartError {
  return new StartError("E1418", `${path}: ${name}: expected ${expected}, got ${String(got)}`, [
    `correct ${path}`,
  ]);
}

/** Its path is short enough for a socket: below the home, or in the user's folder of temporary files. */
export function socketPathOf(home: string): string {
  const own = join(home, "app.sock");
  if (Buffer.byteLength(own) <= MAX_SOCKET_PATH_BYTES) return own;
  const name = createHash("sha256").update(home).digest("hex").slice(0, 16);
  return join(tmpdir(), `assay-${userInfo().uid}`, `${name}.sock`);
}

/**
 * The secret of the node's beacon key: config/beacon_key.json, else derived from the consensus key. A validator of
 * genesis whose key is not the registered one must not start: none of its blocks could hold a draw (PROTOCOL 7.4).
 */
export function readBeaconSecret(home: string, genesis: GenesisFile): Uint8Array | undefined {
  for (const name of ["priv_validator_key.json", "beacon_key.json", "node_key.json"])
    requirePrivate(join(home, "config", name));
  const consensus = readText(join(home, "config", "priv_validator_key.json"));
  const consensusKey = consensus === undefined ? undefined : keyPair(consensus);
  const own = readText(join(home, "config", "beacon_key.json"));
  const secret =
    own === undefined
      ? consensusKey && beaconSecret(consensusKey.secret)
      : bytesOf((JSON.parse(own) as { priv_key: string }).priv_key);
  if (secret === undefined || consensusKey === undefined) return secret;
  const isValidator = (genesis.validators ?? []).some(({ pub_key: key }) =>
    equalBytes(bytesOf(key.value), consensusKey.publicKey),
  );
  if (isValidator) requireRegistered(genesis, consensusKey.publicKey, secret);
  return secret;
}

/** Throws E1506 for a secret that other users of this machine can read. */
function requirePrivate(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || (stat.mode & 0o077) === 0 || process.platform === "win32") return;
  const mode = (stat.mode & 0o777).toString(8);
  const what = `secret file ${path} can be read by others: expected mode 600, got ${mode}`;
  throw new StartError("E1506", what, [`chmod 600 ${path}`]);
}

function requireRegistered(
  genesis: GenesisFile,
  consensusKey: Uint8Array,
  secret: Uint8Array,
): void {
  const address = sha256(consensusKey).slice(0, 20);
  const state = genesis.app_state as
    { beacon?: { contributors?: { cons_address: string; pubkey: string }[] } } | undefined;
  const found = state?.beacon?.contributors?.find((one) =>
    equalBytes(bytesOf(one.cons_address), address),
  );
  if (found !== undefined && equalBytes(bytesOf(found.pubkey), blsPublicKey(secret))) return;
  throw new StartError(
    "E1303",
    "the beacon key of this node is not the one registered in genesis",
    ["put back config/beacon_key.json of this validator"],
  );
}

function keyPair(text: string): { publicKey: Uint8Array; secret: Uint8Array } {
  const key = JSON.parse(text) as { pub_key: { value: string }; priv_key: { value: string } };
  return { publicKey: bytesOf(key.pub_key.value), secret: bytesOf(key.priv_key.value) };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

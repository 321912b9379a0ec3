import fs from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { loadManifest } from "../client/manifest/file.ts";
import type { Manifest } from "../client/manifest/manifest.ts";
import { userError } from "../client/errors/index.ts";
import type { Backend } from "../client/keyring/keyring.ts";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** config/executor.yml of an executor's home. */
export type ExecutorConfig = {
  readonly home: string;
  /** RPC endpoints, tried in turn. */
  readonly rpc: readonly string[];
  readonly chainId: string;
  readonly prefix: string;
  /** Name of the operator key in the home's keyring. */
  readonly operator: string;
  readonly keyring: Backend;
  readonly passphraseFile: string | undefined;
  /** Whose coins pay the operator's fees; undefined: its own. */
  readonly feeGranter: string | undefined;
  readonly gasPrice: { readonly amount: number; readonly denom: string };
  /** Tasks run at once. */
  readonly concurrency: number;
  readonly pollMs: number;
  /** host:port of the metrics page. */
  readonly metrics: string | undefined;
  readonly logLevel: string;
  readonly services: readonly Manifest[];
};

type Raw = {
  rpc?: string | string[];
  chain_id?: string;
  prefix?: string;
  operator?: string;
  keyring?: Backend;
  passphrase_file?: string;
  fee_granter?: string;
  gas_price?: { amount?: number; denom?: string };
  concurrency?: number;
  poll_ms?: number;
  metrics?: string;
  log_level?: string;
  services?: string[];
};

export function readConfig(home: string): ExecutorConfig {
  const file = path.join(home, "config", "executor.yml");
  if (!fs.existsSync(file)) {
    throw userError(
      "E4011",
      { field: file, expected: "the executor's configuration", actual: "no such file" },
      {
        fix: ["assay executor setup --service NAME@VERSION --stake 10ASSAY --commit 1d"],
      },
    );
  }
  const raw = (parseDocument(fs.readFileSync(file, "utf8")).toJS() ?? {}) as Raw;
  const need = <T>(name: string, value: T | undefined): T => {
    if (value === undefined)
      throw userError("E4011", { field: `${file} ${name}`, expected: "a value", actual: "none" });
    return value;
  };
  return {
    home,
    rpc: [need("rpc", raw.rpc)].flat(),
    chainId: need("chain_id", raw.chain_id),
    prefix: raw.prefix ?? "assay",
    operator: raw.operator ?? "operator",
    keyring: raw.keyring ?? "file",
    passphraseFile: raw.passphrase_file,
    feeGranter: raw.fee_granter,
    gasPrice: { amount: raw.gas_price?.amount ?? 0.025, denom: raw.gas_price?.denom ?? "uassay" },
    concurrency: raw.concurrency ?? 8,
    pollMs: raw.poll_ms ?? 200,
    metrics: addressOf(file, raw.metrics),
    logLevel: levelOf(file, raw.log_level ?? "info"),
    services: (raw.services ?? []).map((manifest) =>
      loadManifest(path.resolve(path.dirname(file), manifest)),
    ),
  };
}

function addressOf(file: string, value: string | undefined): string | undefined {
  if (value === undefined || /^(?:[\w.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$/.test(value)) return value;
  const expected = "host:port, for instance 127.0.0.1:26662";
  throw userError("E4011", { field: `${file} metrics`, expected, actual: String(value) });
}

function levelOf(file: string, value: string): string {
  if (logLevels.some((known) => known === value)) return value;
  const expected = logLevels.join(", ");
  throw userError("E4011", { field: `${file} log_level`, expected, actual: value });
}

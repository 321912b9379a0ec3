import fs from "node:fs";
import path from "node:path";
import { parse } from "smol-toml";

/** What the engine reads of config.toml: CometBFT's names. */
export type SoloConfig = {
  readonly moniker: string;
  readonly socketPath: string;
  readonly rpcHost: string;
  readonly rpcPort: number;
  readonly corsOrigins: readonly string[];
  readonly timeoutCommitMs: number;
};

type File = {
  readonly moniker?: string;
  readonly proxy_app?: string;
  readonly rpc?: { readonly laddr?: string; readonly cors_allowed_origins?: string[] };
  readonly consensus?: { readonly timeout_commit?: string };
};

export const configTemplate = `# Solo engine: development only, no consensus. The names are CometBFT's; others are not read.

# What the node calls itself.
moniker = "solo"
# Where the application listens.
proxy_app = "unix://app.sock"

[rpc]
laddr = "tcp://127.0.0.1:26657"
# Web pages of these origins may ask.
cors_allowed_origins = []

[consensus]
# Pause after a block before the next one.
timeout_commit = "1s"
`;

export function readConfig(home: string): SoloConfig {
  const text = fs.readFileSync(path.join(home, "config", "config.toml"), "utf8");
  const file = parse(text) as File;
  const address = new URL((file.rpc?.laddr ?? "").replace(/^tcp:/, "http:"));
  const socketPath = (file.proxy_app ?? "").replace(/^unix:\/\//, "");
  return {
    moniker: file.moniker ?? "solo",
    socketPath: path.resolve(home, socketPath),
    rpcHost: address.hostname,
    rpcPort: Number(address.port),
    corsOrigins: file.rpc?.cors_allowed_origins ?? [],
    timeoutCommitMs: milliseconds(file.consensus?.timeout_commit ?? "1s"),
  };
}

/** Go's durations, as far as a configuration uses them. */
function milliseconds(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (digits === "") throw new Error(`timeout_commit: expected a duration like 300ms, got ${text}`);
  const perUnit = unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000;
  return Number(digits) * perUnit;
}

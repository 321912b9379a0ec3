import { DEFAULT_PORTS } from "../supervise/config.ts";
import type { Profile } from "./params.ts";

/** config/app.toml, by the names that operators of Cosmos chains know. */
export function appToml(profile: Profile, metricsPort: number = DEFAULT_PORTS.app): string {
  const price = profile === "localnet" ? "0.0025uassay" : "0.025uassay";
  return `# What this node does; nothing here can change the result of a block.

# Transactions that pay less are refused by this node's mempool; several denoms separated by commas.
minimum-gas-prices = "${price}"

# Gas that one query may use; 0 is the built-in limit.
query-gas-limit = "100000000"

# Versions of the state that queries with a height can read.
pruning = "custom"
pruning-keep-recent = "100"

# CometBFT may drop blocks below (height - this); 0 keeps all of them. More are kept as long as evidence of a
# double signature is good and as long as a kept snapshot needs them.
min-retain-blocks = 0

# Stop at this height, or at this Unix time; 0 never stops.
halt-height = 0
halt-time = 0

# What is logged: trace, debug, info, warn, error, fatal or silent. A running app reads it again on SIGUSR2.
log-level = "info"

[state-sync]
# Blocks between two state snapshots, for restarts and for nodes that join; 0 gives none to others. Peers can fetch
# one snapshot from several nodes only when these have the same interval.
snapshot-interval = 1000
# Snapshots kept below the versions that queries can read.
snapshot-keep-recent = 2

[telemetry]
# /metrics for Prometheus and /health of the app (docs/METRICS.md). Keep it on a loopback or private address.
enabled = true
address = "127.0.0.1:${metricsPort}"
`;
}

export type ClientToml = {
  readonly chainId: string;
  readonly keyringBackend: string;
  readonly nodes: readonly string[];
};

/** config/client.toml: what commands assume where a flag and the environment say nothing. */
export function clientToml({ chainId, keyringBackend, nodes }: ClientToml): string {
  return `# Defaults of commands: a flag wins over the environment, the environment over this file.
chain-id = "${chainId}"
# file (encrypted), test (in clear, local chains only) or memory
keyring-backend = "${keyringBackend}"
# text or json
output = "text"
# RPC of a node, several separated by commas
node = "${nodes.join(",")}"
broadcast-mode = "sync"
`;
}

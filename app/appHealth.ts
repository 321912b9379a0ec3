import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";
import { StartError } from "./errors.ts";

/** What /health shows; times in seconds. */
export type Health = {
  readonly chain_id: string;
  readonly version: string;
  readonly height: string;
  readonly block_time: string;
  /** undefined until this process has committed a block: an idle chain makes none. */
  readonly last_commit_age_seconds: number | undefined;
  readonly event_loop_delay_seconds: number;
  readonly comet_connections: number;
  readonly block_in_progress_seconds: number;
  readonly rss_bytes: number;
  readonly alarms: number;
};

/** Longer than this in one state means that the node does not serve. */
const stuckSeconds = 30;
const slowLoopSeconds = 5;
/** CometBFT holds four: consensus, mempool, query, snapshot. */
const cometConnections = 4;

/** Why the node is not healthy; the age of the last commit alone says nothing, because an idle chain is silent. */
export function faultsOf(health: Health): string[] {
  const faults: string[] = [];
  const { comet_connections: connections, block_in_progress_seconds: inBlock } = health;
  if (connections < cometConnections)
    faults.push(`CometBFT: expected ${cometConnections} connections, got ${connections}`);
  if (inBlock > stuckSeconds)
    faults.push(`block: finalized ${Math.round(inBlock)} s ago and not committed`);
  if (health.event_loop_delay_seconds > slowLoopSeconds)
    faults.push(`event loop: ${health.event_loop_delay_seconds} s late`);
  return faults;
}

/** Serves /metrics and /health at `address` (host:port). Throws E1404 where somebody else listens. */
export async function servePages(
  address: string,
  registry: Registry,
  health: () => Health,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === "/metrics") {
      void registry.metrics().then((text) => {
        response.writeHead(200, { "content-type": registry.contentType }).end(text);
      });
    } else if (request.url === "/health") {
      const now = health();
      const faults = faultsOf(now);
      const body = { status: faults.length === 0 ? "ok" : "unhealthy", faults, ...now };
      response.writeHead(faults.length === 0 ? 200 : 503, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}\n`);
    } else response.writeHead(404).end();
  });
  await listen(server, address);
  // Neither page keeps a process alive that has closed everything else.
  return server.unref();
}

function listen(server: Server, address: string): Promise<void> {
  const split = address.lastIndexOf(":");
  const host = address.slice(0, split).replace(/^\[|\]$/g, "");
  const port = Number(address.slice(split + 1));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const fix = ["config/app.toml, [telemetry] address: another port"];
      const what = `port ${port} is taken by another program`;
      reject(taken ? new StartError("E1404", what, fix, error) : error);
    });
    server.listen(port, host, () => resolve());
  });
}

import http from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { userError } from "../client/errors/index.ts";

const runBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** A round comes at least twice a second; half a minute without one that succeeds is a fault. */
const staleMs = 30_000;

/** Figures of one executor, by the names of docs/METRICS.md; no label has unbounded values. */
export type Metrics = {
  readonly registry: Registry;
  readonly runs: Counter<"outcome">;
  readonly runSeconds: Histogram;
  readonly posts: Counter<"phase">;
  /** What the chain said at the beginning of a round. */
  assigned(height: bigint, openSeats: number): void;
  roundDone(): void;
  roundFailed(unreachable: boolean): void;
  health(): Health;
};

export type Health = {
  readonly chain_id: string;
  readonly height: number;
  readonly open_seats: number;
  readonly last_round_age_seconds: number;
  readonly rss_bytes: number;
};

export function makeMetrics(chainId: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ chain_id: chainId });
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const reachable = gauge("assay_executor_node_reachable", "1 while some RPC endpoint answers");
  const lastRound = gauge(
    "assay_executor_last_round_time_seconds",
    "When the open seats were last read and served, Unix seconds",
  );
  const failures = new Counter({
    ...{ name: "assay_executor_round_failures_total", registers },
    help: "Rounds that ended with an error",
  });
  new Gauge({
    ...{ name: "assay_executor_resident_memory_bytes", help: "Resident memory", registers },
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  let doneAtMs = Date.now();
  const figures = { height: 0, open: 0 };
  const height = gauge("assay_executor_height", "Height of the state that was read last");
  const open = gauge("assay_executor_open_seats", "Seats that the chain waits for");
  return {
    registry,
    runs: new Counter({
      ...{ name: "assay_executor_runs_total", help: "Runs of services", registers },
      labelNames: ["outcome"],
    }),
    runSeconds: new Histogram({
      ...{ name: "assay_executor_run_seconds", help: "Time of runs that gave a result", registers },
      buckets: runBuckets,
    }),
    posts: new Counter({
      ...{ name: "assay_executor_posts_total", help: "Posts sent", registers },
      labelNames: ["phase"],
    }),
    assigned(at, seats) {
      figures.height = Number(at);
      figures.open = seats;
      height.set(figures.height);
      open.set(seats);
    },
    roundDone() {
      doneAtMs = Date.now();
      reachable.set(1);
      lastRound.set(doneAtMs / 1000);
    },
    roundFailed(unreachable) {
      failures.inc();
      if (unreachable) reachable.set(0);
    },
    health: () => ({
      ...{ chain_id: chainId, height: figures.height, open_seats: figures.open },
      last_round_age_seconds: (Date.now() - doneAtMs) / 1000,
      rss_bytes: process.memoryUsage.rss(),
    }),
  };
}

/** Serves /metrics and /health at `address` (host:port). Throws E1404 where somebody else listens. */
export function serveMetrics(metrics: Metrics, address: string): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    if (request.url === "/metrics") {
      void metrics.registry.metrics().then((text) => {
        response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text);
      });
    } else if (request.url === "/health") {
      const now = metrics.health();
      const stale = now.last_round_age_seconds * 1000 > staleMs;
      const faults = stale ? [`no round for ${Math.round(now.last_round_age_seconds)} s`] : [];
      const body = { status: stale ? "unhealthy" : "ok", faults, ...now };
      response.writeHead(stale ? 503 : 200, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}\n`);
    } else response.writeHead(404).end();
  });
  const split = address.lastIndexOf(":");
  const port = Number(address.slice(split + 1));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? userError("E1404", { port, owner: "another program" }) : error);
    });
    const host = address.slice(0, split).replace(/^\[|\]$/g, "");
    server.listen(port, host, () => resolve(server.unref()));
  });
}

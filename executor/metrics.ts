import http from "node:http";
import { Counter, Gauge, Registry } from "prom-client";

export type Metrics = {
  readonly registry: Registry;
  readonly reachable: Gauge;
  readonly height: Gauge;
  readonly open: Gauge;
  readonly runs: Counter<"outcome">;
  readonly posts: Counter<"phase">;
};

/** Counters of one executor; no label has unbounded values. */
export function makeMetrics(chainId: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ chain_id: chainId });
  const registers = [registry];
  return {
    registry,
    reachable: new Gauge({
      name: "executor_node_reachable",
      help: "1 while some RPC endpoint answers",
      registers,
    }),
    height: new Gauge({
      name: "executor_height",
      help: "height of the state that was read last",
      registers,
    }),
    open: new Gauge({
      name: "executor_open_seats",
      help: "seats that the chain waits for",
      registers,
    }),
    runs: new Counter({
      name: "executor_runs_total",
      help: "runs of services",
      labelNames: ["outcome"],
      registers,
    }),
    posts: new Counter({
      name: "executor_posts_total",
      help: "posts sent",
      labelNames: ["phase"],
      registers,
    }),
  };
}

/** Serves /metrics and /livez on the loopback interface. */
export function serveMetrics(metrics: Metrics, port: number): http.Server {
  const server = http.createServer((request, response) => {
    if (request.url !== "/metrics") return void response.end("ok\n");
    void metrics.registry.metrics().then((text) => {
      response.setHeader("content-type", metrics.registry.contentType);
      response.end(text);
    });
  });
  return server.listen(port, "127.0.0.1");
}

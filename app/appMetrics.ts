import { createServer, type Server } from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

export type BlockFigures = {
  readonly height: bigint;
  readonly txs: number;
  readonly failed: number;
  readonly gas: bigint;
  readonly ms: number;
  readonly commitMs: number;
};

export type Metrics = {
  readonly alarms: Counter;
  block(figures: BlockFigures): void;
  close(): void;
};

/** The page of Prometheus figures at `address` (host:port). */
export async function startMetrics(address: string): Promise<Metrics> {
  const registry = new Registry();
  const registers = [registry];
  const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
  const height = new Gauge({ name: "assay_height", help: "Last committed height", registers });
  const txs = new Counter({
    ...{ name: "assay_txs_total", help: "Transactions in blocks, by outcome", registers },
    labelNames: ["outcome"],
  });
  const gas = new Counter({ name: "assay_gas_total", help: "Gas used in blocks", registers });
  const finalize = new Histogram({
    ...{ name: "assay_finalize_seconds", help: "Time of FinalizeBlock", registers, buckets },
  });
  const commit = new Histogram({
    ...{ name: "assay_commit_seconds", help: "Time of Commit", registers, buckets },
  });
  const alarms = new Counter({ name: "assay_alarms_total", help: "Alarms", registers });
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    void registry.metrics().then((text) => {
      response.writeHead(200, { "content-type": registry.contentType }).end(text);
    });
  });
  await listen(server, address);
  return {
    alarms,
    block(figures) {
      height.set(Number(figures.height));
      txs.inc({ outcome: "ok" }, figures.txs - figures.failed);
      txs.inc({ outcome: "failed" }, figures.failed);
      gas.inc(Number(figures.gas));
      finalize.observe(figures.ms / 1000);
      commit.observe(figures.commitMs / 1000);
    },
    close: () => void server.close(),
  };
}

function listen(server: Server, address: string): Promise<void> {
  const split = address.lastIndexOf(":");
  const host = address.slice(0, split);
  const port = Number(address.slice(split + 1));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

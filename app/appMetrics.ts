import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Lane } from "../core/module.ts";
import { lanes } from "./proposal/lanes.ts";

export type BlockFigures = {
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly txs: number;
  readonly failed: number;
  readonly gas: bigint;
  readonly ms: number;
  readonly commitMs: number;
  /** All rechecks since the block before. */
  readonly recheckMs: number;
};

export type CheckKind = "new" | "recheck";

/** The figures of one app, by the names of docs/METRICS.md; no label has unbounded values. */
export class Metrics {
  readonly registry = new Registry();
  readonly #height: Gauge;
  readonly #blockTime: Gauge;
  readonly #commitTime: Gauge;
  readonly #txs: Counter<"outcome">;
  readonly #gas: Counter;
  readonly #finalize: Histogram;
  readonly #commit: Histogram;
  readonly #recheck: Histogram;
  readonly #checks: Counter<"kind" | "outcome">;
  /** Since the page was read: looking up a counter's labels costs as much as a check's other steps. */
  readonly #checked = { new: { ok: 0, refused: 0 }, recheck: { ok: 0, refused: 0 } };
  readonly #queries: Counter<"outcome">;
  readonly #refusedProposals: Counter;
  readonly #lanes: Gauge<"lane">;
  readonly #delay: Histogram;
  readonly #alarms: Counter;

  constructor(chainId: string, version: string) {
    const { registry } = this;
    registry.setDefaultLabels({ chain_id: chainId });
    const registers = [registry];
    const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
    const seconds = (name: string, help: string): Histogram =>
      new Histogram({ name, help, registers, buckets });
    this.#height = gauge("assay_height", "Last committed height");
    this.#blockTime = gauge("assay_block_time_seconds", "Time of the last block, Unix seconds");
    this.#commitTime = gauge(
      "assay_last_commit_time_seconds",
      "When the last block was committed by this process, Unix seconds; 0 before the first",
    );
    this.#txs = new Counter({
      ...{ name: "assay_txs_total", help: "Transactions in blocks", registers },
      labelNames: ["outcome"],
    });
    this.#gas = new Counter({ name: "assay_gas_total", help: "Gas used in blocks", registers });
    this.#finalize = seconds("assay_finalize_seconds", "Time of FinalizeBlock");
    this.#commit = seconds("assay_commit_seconds", "Time of Commit, with the write to the disk");
    this.#recheck = seconds("assay_recheck_seconds", "Time of all rechecks between two blocks");
    this.#checks = new Counter({
      ...{ name: "assay_check_tx_total", help: "Transactions judged for the mempool", registers },
      labelNames: ["kind", "outcome"],
      collect: () => this.#countChecks(),
    });
    this.#queries = new Counter({
      ...{ name: "assay_queries_total", help: "Queries answered", registers },
      labelNames: ["outcome"],
    });
    this.#refusedProposals = new Counter({
      ...{ name: "assay_proposals_refused_total", registers },
      help: "Proposals of others that this node voted against",
    });
    this.#lanes = new Gauge({
      ...{ name: "assay_mempool_lane_txs", registers, labelNames: ["lane"] },
      help: "Transactions of the mempool by lane, when this node last proposed",
    });
    this.#delay = seconds(
      "assay_event_loop_delay_seconds",
      "Lateness of a timer, less the time of ABCI calls",
    );
    this.#alarms = new Counter({ name: "assay_alarms_total", help: "Alarms", registers });
    addProcess(registry, version);
  }

  block(figures: BlockFigures): void {
    this.#height.set(Number(figures.height));
    this.#blockTime.set(Number(figures.timeMs) / 1000);
    this.#commitTime.set(Date.now() / 1000);
    this.#txs.inc({ outcome: "ok" }, figures.txs - figures.failed);
    this.#txs.inc({ outcome: "failed" }, figures.failed);
    this.#gas.inc(Number(figures.gas));
    this.#finalize.observe(figures.ms / 1000);
    this.#commit.observe(figures.commitMs / 1000);
    this.#recheck.observe(figures.recheckMs / 1000);
  }

  /** What a restarted app has before its first block. */
  startedAt(height: bigint): void {
    this.#height.set(Number(height));
  }

  checked(kind: CheckKind, accepted: boolean): void {
    this.#checked[kind][accepted ? "ok" : "refused"] += 1;
  }

  #countChecks(): void {
    for (const kind of ["new", "recheck"] as const) {
      for (const outcome of ["ok", "refused"] as const) {
        this.#checks.inc({ kind, outcome }, this.#checked[kind][outcome]);
        this.#checked[kind][outcome] = 0;
      }
    }
  }

  queried(answered: boolean): void {
    this.#queries.inc({ outcome: answered ? "ok" : "refused" });
  }

  refusedProposal(): void {
    this.#refusedProposals.inc();
  }

  offered(counts: ReadonlyMap<Lane, number>): void {
    for (const { lane } of lanes) this.#lanes.set({ lane }, counts.get(lane) ?? 0);
  }

  delayed(seconds: number): void {
    this.#delay.observe(seconds);
  }

  alarm(): void {
    this.#alarms.inc();
  }
}

const buckets = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

function addProcess(registry: Registry, version: string): void {
  const registers = [registry];
  const started = Date.now() / 1000 - process.uptime();
  new Gauge({
    ...{ name: "assay_process_start_time_seconds", help: "Start, Unix seconds", registers },
  }).set(started);
  new Gauge({
    ...{ name: "assay_process_resident_memory_bytes", help: "Resident memory", registers },
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    ...{ name: "assay_process_heap_used_bytes", help: "JavaScript heap in use", registers },
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    ...{ name: "assay_process_cpu_seconds", help: "User and system time so far", registers },
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1_000_000);
    },
  });
  new Gauge({
    ...{ name: "assay_build_info", help: "Always 1", registers, labelNames: ["version", "node"] },
  }).set({ version, node: process.version }, 1);
}

import type { Logger } from "pino";
import type { AssayClient } from "../client/index.ts";
import type { Manifest, ManifestTask } from "../client/manifest/manifest.ts";
import type { Role } from "../proto/gen/assay/registry/v1/registry.ts";
import type { Seat, Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import { comparisonOf } from "./comparison.ts";
import type { Journal } from "./journal.ts";
import { killPoint } from "./killPoint.ts";
import type { Metrics } from "./metrics.ts";
import { seatKey } from "./plan.ts";
import { recordOf, type RunResult } from "./posts.ts";
import { RunFailed } from "./runner/failed.ts";
import { runTask } from "./runner/runner.ts";

export type RunParts = {
  readonly client: AssayClient;
  readonly journal: Journal;
  readonly services: readonly Manifest[];
  /** Uniform bytes kept with the operator key: salts are made from them. */
  readonly secret: Uint8Array;
  readonly concurrency: number;
  /** Where programs of services are looked for. */
  readonly path: string;
  readonly log: Logger;
  readonly metrics: Metrics;
};

const retryRunMs = 1_000;
const noManifestMs = 60_000;

/** Runs of services for seats, at most `concurrency` at a time; a result stands in the journal when a run ends. */
export class Runs {
  readonly #parts: RunParts;
  readonly #ended: () => void;
  readonly #running = new Map<string, Promise<void>>();
  readonly #notBefore = new Map<string, number>();
  readonly #abort = new AbortController();

  constructor(parts: RunParts, ended: () => void) {
    this.#parts = parts;
    this.#ended = ended;
  }

  has(seat: string): boolean {
    return this.#running.has(seat);
  }

  start(task: Task, seat: Seat): void {
    const key = seatKey(task, seat);
    const { concurrency, log } = this.#parts;
    if (this.#running.has(key) || this.#running.size >= concurrency || this.#stopping) return;
    if ((this.#notBefore.get(key) ?? 0) > Date.now()) return;
    const service = this.#service(task);
    if (service === undefined) {
      this.#notBefore.set(key, Date.now() + noManifestMs);
      return void log.error(
        { seat: key, service: task.service, task: task.taskKey },
        "no manifest for this task: declined",
      );
    }
    const run = this.#execute(task, seat, service).finally(() => {
      this.#running.delete(key);
      this.#ended();
    });
    this.#running.set(key, run);
  }

  /** What is known of a seat that is over. */
  forget(seat: string): void {
    this.#notBefore.delete(seat);
  }

  abort(): void {
    this.#abort.abort();
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  get #stopping(): boolean {
    return this.#abort.signal.aborted;
  }

  async #execute(task: Task, seat: Seat, service: ManifestTask): Promise<void> {
    const { client, journal, log, metrics, secret } = this.#parts;
    const key = seatKey(task, seat);
    const started = Date.now();
    try {
      killPoint("run.begun");
      const result = await this.#result(task, service);
      killPoint("run.ended");
      const comparison = await comparisonOf(client, task);
      const record = recordOf(client.chainId, task, seat, result, comparison, secret);
      journal.put(record);
      killPoint("run.kept");
      metrics.runs.inc({ outcome: "ok" });
      const ms = Date.now() - started;
      metrics.runSeconds.observe(ms / 1000);
      log.info({ seat: key, role: roleName(seat.role), ms, result: record.resultHash }, "ran");
    } catch (error) {
      if (this.#stopping) return;
      metrics.runs.inc({ outcome: "failed" });
      this.#notBefore.set(key, Date.now() + retryRunMs);
      const level = error instanceof RunFailed ? "warn" : "error";
      log[level]({ seat: key, why: String(error) }, "run failed");
    }
  }

  async #result(task: Task, service: ManifestTask): Promise<RunResult> {
    const input = task.input;
    // Bytes that lie off chain need the content store, which this version does not have.
    if (input === undefined || (input.inline.length === 0 && input.size > 0n))
      return { unavailable: true };
    return { output: await runTask(service, input.inline, this.#abort.signal, this.#parts.path) };
  }

  #service(task: Task): ManifestTask | undefined {
    const manifest = this.#parts.services.find(
      ({ sid, version }) => sid === task.service && version === task.version,
    );
    return manifest?.tasks.find(({ key }) => key === task.taskKey);
  }
}

function roleName(role: Role): string {
  return role === 1 ? "executor" : "validator";
}

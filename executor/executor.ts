import type { Logger } from "pino";
import {
  RpcError,
  RpcUnavailable,
  TxRefused,
  tasksMessages,
  type AssayClient,
} from "../client/index.ts";
import type { Manifest, ManifestTask } from "../client/manifest/manifest.ts";
import { Compare, type Role } from "../proto/gen/assay/registry/v1/registry.ts";
import type { Bond } from "../proto/gen/assay/staking/v1/staking.ts";
import type { Seat, Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Journal, SeatRecord } from "./journal.ts";
import type { Metrics } from "./metrics.ts";
import { nextStep, seatKey, type Step } from "./plan.ts";
import {
  commitPost,
  commitmentOf,
  payloadOf,
  recordOf,
  revealPost,
  type RunResult,
} from "./posts.ts";
import { RunFailed } from "./runner/failed.ts";
import { runTask } from "./runner/runner.ts";
import { Submitter, batchSize, type Phase, type Post } from "./submit.ts";

export type ExecutorParts = {
  readonly client: AssayClient;
  readonly journal: Journal;
  readonly services: readonly Manifest[];
  /** Uniform bytes kept with the operator key: salts are made from them. */
  readonly secret: Uint8Array;
  readonly concurrency: number;
  readonly pollMs: number;
  /** Where programs of services are looked for. */
  readonly path: string;
  readonly log: Logger;
  readonly metrics: Metrics;
};

type Work = { readonly task: Task; readonly seat: Seat };
/** A seat whose post can be made now. */
type Ready = Work & {
  readonly record: SeatRecord;
  readonly step: Exclude<Step, "run" | "wait">;
};
const bondsEveryMs = 2_000;
const retryRunMs = 1_000;
const forgetAfterBlocks = 100n;

/**
 * Serves the seats of one operator: reads its open seats at every new height, runs the service, commits, reveals.
 * Everything it does follows from the chain's committed state and its journal (THREATS E1, E2, E15), so that it may
 * die anywhere and go on.
 */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #operator: string;
  readonly #submitter: Submitter;
  readonly #heartbeat: Heartbeat;
  readonly #running = new Map<string, Promise<void>>();
  readonly #notBefore = new Map<string, number>();
  readonly #seenAt = new Map<string, bigint>();
  readonly #abort = new AbortController();
  #bonds: readonly Bond[] = [];
  #bondsReadMs = 0;
  #wake: () => void = () => undefined;
  #stopping = false;

  constructor(parts: ExecutorParts) {
    const { client, journal, log } = parts;
    this.#parts = parts;
    this.#operator = client.sender.address;
    this.#submitter = new Submitter(client.rpc, client.sender, journal, log);
    this.#heartbeat = new Heartbeat(client, this.#operator, log);
  }

  /** Runs until stop(). An unreachable node is waited for, never acted upon (THREATS E8). */
  async run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#round();
        this.#parts.metrics.roundDone();
      } catch (error) {
        this.#parts.metrics.roundFailed(error instanceof RpcUnavailable);
        this.#parts.log.warn({ why: String(error) }, "round failed");
      }
      await this.#sleep();
    }
    await Promise.allSettled(this.#running.values());
  }

  /** Finishes nothing new; results in the journal are posted by the next start. */
  stop(): void {
    this.#stopping = true;
    this.#abort.abort();
    this.#wake();
  }

  /** A hint that something happened on the chain: look now. */
  hint(): void {
    this.#wake();
  }

  async #round(): Promise<void> {
    const { metrics } = this.#parts;
    const { work, height } = await this.#assignments();
    metrics.assigned(height, work.length);
    await this.#readBonds();
    const ready: Ready[] = [];
    // What waits is sent again before anything new is signed, else that would take its sequence.
    for (const one of work) await this.#guarded(one, () => this.#look(one, height, ready));
    // Reveals first: their window is what costs most to miss.
    const refused = [
      ...(await this.#reveal(ready, height)),
      ...(await this.#commit(ready, height)),
    ];
    this.#forgetEnded(work, height);
    // After the posts: sent before them, it would take the sequence of one that kill -9 left signed in the journal.
    await this.#heartbeat.beat(this.#bonds);
    if (refused[0] !== undefined) throw refused[0];
  }

  /** One bad seat must not keep the others from being served (THREATS E17). */
  async #guarded({ task, seat }: Work, serve: () => Promise<void>): Promise<void> {
    try {
      await serve();
    } catch (error) {
      if (error instanceof RpcUnavailable) throw error;
      this.#parts.log.error({ seat: seatKey(task, seat), why: String(error) }, "seat failed");
    }
  }

  /** Begins a run, or adds the seat to those whose post can be made now. */
  async #look({ task, seat }: Work, height: bigint, ready: Ready[]): Promise<void> {
    const record = this.#usable(task, seat);
    const step = nextStep(task, seat, record, height);
    if (step === "run") this.#start(task, seat);
    if (record === undefined || step === "run" || step === "wait") return;
    const phase: Phase = step === "reveal" ? "reveal" : "commit";
    if (await this.#submitter.isPending(record, phase, height)) return;
    ready.push({ task, seat, record, step });
  }

  async #reveal(ready: readonly Ready[], height: bigint): Promise<Error[]> {
    const posts: Post<ReturnType<typeof revealPost>>[] = [];
    for (const one of ready.filter(({ step }) => step === "reveal")) {
      await this.#guarded(one, async () => {
        const { task, seat, record } = one;
        const post = revealPost(task, seat, record, await this.#comparison(task));
        posts.push({ record, post, outputBytes: post.output?.inline.length ?? 0 });
      });
    }
    return this.#sendAll(posts, "reveal", height, (batch) =>
      tasksMessages.reveal({ operator: this.#operator, posts: batch }),
    );
  }

  async #commit(ready: readonly Ready[], height: bigint): Promise<Error[]> {
    const { chainId } = this.#parts.client;
    for (const one of ready.filter(({ step }) => step === "submit"))
      await this.#guarded(one, () => this.#submitResult(one.task, one.seat, one.record, height));
    const posts = ready
      .filter(({ step }) => step === "commit")
      .map(({ task, seat, record }) => ({
        ...{ record, outputBytes: 0 },
        post: commitPost(chainId, task, seat, record),
      }));
    return this.#sendAll(posts, "commit", height, (batch) =>
      tasksMessages.commit({ operator: this.#operator, posts: batch }),
    );
  }

  async #assignments(): Promise<{ work: Work[]; height: bigint }> {
    const work: Work[] = [];
    let afterTaskId = 0n;
    for (;;) {
      const page = await this.#parts.client.tasks.assignments({
        operator: this.#operator,
        afterTaskId,
      });
      for (const { task, seat: index } of page.assignments) {
        const seat = task?.seats.find((one) => one.index === index);
        if (task === undefined || seat === undefined) continue;
        work.push({ task, seat });
        afterTaskId = task.id;
      }
      if (page.assignments.length < 200) return { work, height: page.height };
    }
  }

  async #readBonds(): Promise<void> {
    if (Date.now() < this.#bondsReadMs + bondsEveryMs) return;
    this.#bonds = (
      await this.#parts.client.staking.operatorBonds({ operator: this.#operator })
    ).bonds;
    this.#bondsReadMs = Date.now();
  }

  /** The journal's record, unless it belongs to an attempt that is over. */
  #usable(task: Task, seat: Seat): SeatRecord | undefined {
    const { client, journal } = this.#parts;
    const record = journal.get(seatKey(task, seat));
    if (record === undefined) return undefined;
    if (seat.commitment.length === 0)
      return record.attempt === task.attempt || record.commit !== undefined ? record : undefined;
    // What the chain holds must be what we would open; a record of another attempt is made anew.
    return Buffer.from(commitmentOf(client.chainId, task, seat, record)).equals(seat.commitment)
      ? record
      : undefined;
  }

  #start(task: Task, seat: Seat): void {
    const key = seatKey(task, seat);
    const { concurrency, log } = this.#parts;
    if (this.#running.has(key) || this.#running.size >= concurrency || this.#stopping) return;
    if ((this.#notBefore.get(key) ?? 0) > Date.now()) return;
    const service = this.#service(task);
    if (service === undefined) {
      this.#notBefore.set(key, Date.now() + 60_000);
      return void log.error(
        { seat: key, service: task.service, task: task.taskKey },
        "no manifest for this task: declined",
      );
    }
    const run = this.#execute(task, seat, service).finally(() => {
      this.#running.delete(key);
      this.#wake();
    });
    this.#running.set(key, run);
  }

  async #execute(task: Task, seat: Seat, service: ManifestTask): Promise<void> {
    const { client, journal, log, metrics, secret } = this.#parts;
    const key = seatKey(task, seat);
    const started = Date.now();
    try {
      const result = await this.#result(task, service);
      const record = recordOf(
        client.chainId,
        task,
        seat,
        result,
        await this.#comparison(task),
        secret,
      );
      journal.put(record);
      metrics.runs.inc({ outcome: "ok" });
      metrics.runSeconds.observe((Date.now() - started) / 1000);
      log.info(
        {
          seat: key,
          role: roleName(seat.role),
          ms: Date.now() - started,
          result: record.resultHash,
        },
        "ran",
      );
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

  async #comparison(task: Task): Promise<{ compare: Compare; fields: readonly string[] }> {
    if (task.compare !== Compare.COMPARE_FIELDS) return { compare: task.compare, fields: [] };
    const { release } = await this.#parts.client.registry.release({
      service: task.service,
      version: task.version,
    });
    const definition = release?.definition?.tasks.find(({ key }) => key === task.taskKey);
    if (definition === undefined)
      throw new RunFailed(`release ${task.service}@${task.version}: no task ${task.taskKey}`);
    return { compare: task.compare, fields: definition.fields };
  }

  async #submitResult(task: Task, seat: Seat, record: SeatRecord, height: bigint): Promise<void> {
    const { unavailable } = record;
    const output = unavailable ? undefined : payloadOf(Buffer.from(record.output, "base64"));
    const resultHash = Buffer.from(record.resultHash, "hex");
    const message = tasksMessages.submitResult({
      operator: this.#operator,
      node: seat.node,
      taskId: task.id,
      unavailable,
      resultHash,
      output,
    });
    const outputBytes = output?.inline.length ?? 0;
    const post = { record, post: message, outputBytes };
    await this.#submitter.send([post], "commit", height, () => message);
  }

  /** All batches, whatever happens to one: the refusals. */
  async #sendAll<P>(
    posts: Post<P>[],
    phase: Phase,
    height: bigint,
    message: (
      posts: P[],
    ) => ReturnType<typeof tasksMessages.commit> | ReturnType<typeof tasksMessages.reveal>,
  ): Promise<Error[]> {
    const refused: Error[] = [];
    for (let at = 0; at < posts.length; at += batchSize) {
      const batch = posts.slice(at, at + batchSize);
      try {
        await this.#submitter.send(batch, phase, height, message);
        this.#parts.metrics.posts.inc({ phase }, batch.length);
      } catch (error) {
        // The next ones may find room; these are made anew at the next height.
        if (!(error instanceof TxRefused || error instanceof RpcError)) throw error;
        refused.push(error);
      }
    }
    return refused;
  }

  /**
   * Seats that the chain has not listed for many heights are over. Not at once: after a change of endpoint the answer
   * may come from a node that lags behind (THREATS E8).
   */
  #forgetEnded(work: readonly Work[], height: bigint): void {
    for (const { task, seat } of work) this.#seenAt.set(seatKey(task, seat), height);
    for (const { seat } of [...this.#parts.journal.all()]) {
      const seen = this.#seenAt.get(seat) ?? height;
      this.#seenAt.set(seat, seen);
      if (height <= seen + forgetAfterBlocks || this.#running.has(seat)) continue;
      this.#parts.journal.forget(seat);
      this.#notBefore.delete(seat);
      this.#seenAt.delete(seat);
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#parts.pollMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function roleName(role: Role): string {
  return role === 1 ? "executor" : "validator";
}

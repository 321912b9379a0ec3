import { RpcUnavailable } from "../client/index.ts";
import type { Bond } from "../proto/gen/assay/staking/v1/staking.ts";
import type { Seat, Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { SeatRecord } from "./journal.ts";
import { nextStep, seatKey } from "./plan.ts";
import { commitmentOf } from "./posts.ts";
import { PostSender, type Ready, type Work } from "./postSender.ts";
import { Runs, type RunParts } from "./runs.ts";

export type ExecutorParts = RunParts & { readonly pollMs: number };

const bondsEveryMs = 2_000;
const forgetAfterBlocks = 100n;
const tellAgainMs = 30_000;

/**
 * Serves the seats of one operator: reads its open seats at every new height, runs the service, commits, reveals.
 * Everything it does follows from the chain's committed state and its journal (THREATS E1, E2, E15), so that it may
 * die anywhere and go on.
 */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #operator: string;
  readonly #runs: Runs;
  readonly #sender: PostSender;
  readonly #heartbeat: Heartbeat;
  readonly #seenAt = new Map<string, bigint>();
  #bonds: readonly Bond[] = [];
  #bondsReadMs = 0;
  #wake: () => void = () => undefined;
  #stopping = false;
  #told = { why: "", atMs: 0 };

  constructor(parts: ExecutorParts) {
    const { client, log } = parts;
    this.#parts = parts;
    this.#operator = client.sender.address;
    this.#runs = new Runs(parts, () => this.hint());
    this.#sender = new PostSender(parts);
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
        this.#tell(String(error));
      }
      await this.#sleep();
    }
    await this.#runs.settled();
  }

  /** What goes on failing is told from time to time, not five times a second. */
  #tell(why: string): void {
    const now = Date.now();
    if (why === this.#told.why && now < this.#told.atMs + tellAgainMs) return;
    this.#told = { why, atMs: now };
    this.#parts.log.warn({ why }, "round failed");
  }

  /** Finishes nothing new; results in the journal are posted by the next start. */
  stop(): void {
    this.#stopping = true;
    this.#runs.abort();
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
    for (const one of work) await this.#sender.guarded(one, () => this.#look(one, height, ready));
    const refused = await this.#sender.send(ready, height);
    this.#forgetEnded(work, height);
    // After the posts: sent before them, it would take the sequence of one that kill -9 left signed in the journal.
    await this.#heartbeat.beat(this.#bonds);
    if (refused[0] !== undefined) throw refused[0];
  }

  /** Begins a run, or adds the seat to those whose post can be made now. */
  async #look({ task, seat }: Work, height: bigint, ready: Ready[]): Promise<void> {
    const record = this.#usable(task, seat);
    const step = nextStep(task, seat, record, height);
    if (step === "run") this.#runs.start(task, seat);
    if (record === undefined || step === "run" || step === "wait") return;
    if (await this.#sender.isPending(record, step, height)) return;
    ready.push({ task, seat, record, step });
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

  /** Now and then; after a miss in every round, so that no heartbeat goes out for one that a post has ended. */
  async #readBonds(): Promise<void> {
    const isMissing = this.#bonds.some(({ missing }) => missing);
    if (!isMissing && Date.now() < this.#bondsReadMs + bondsEveryMs) return;
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

  /**
   * Seats that the chain has not listed for many heights are over. Not at once: after a change of endpoint the answer
   * may come from a node that lags behind (THREATS E8).
   */
  #forgetEnded(work: readonly Work[], height: bigint): void {
    for (const { task, seat } of work) this.#seenAt.set(seatKey(task, seat), height);
    for (const { seat } of [...this.#parts.journal.all()]) {
      const seen = this.#seenAt.get(seat) ?? height;
      this.#seenAt.set(seat, seen);
      if (height <= seen + forgetAfterBlocks || this.#runs.has(seat)) continue;
      this.#parts.journal.forget(seat);
      this.#runs.forget(seat);
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

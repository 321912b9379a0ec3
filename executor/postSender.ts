import type { Logger } from "pino";
import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  RpcError,
  RpcUnavailable,
  TxRefused,
  tasksMessages,
  type AssayClient,
} from "../client/index.ts";
import type { Seat, Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import { comparisonOf } from "./comparison.ts";
import type { Journal, SeatRecord } from "./journal.ts";
import type { Metrics } from "./metrics.ts";
import { seatKey, type Step } from "./plan.ts";
import { commitPost, payloadOf, revealPost } from "./posts.ts";
import { Submitter, batchSize, type Phase, type Post } from "./submit.ts";

export type Work = { readonly task: Task; readonly seat: Seat };
/** A seat whose post can be made now. */
export type Ready = Work & {
  readonly record: SeatRecord;
  readonly step: Exclude<Step, "run" | "wait">;
};

export type SenderParts = {
  readonly client: AssayClient;
  readonly journal: Journal;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/** Makes posts of what the journal holds for seats, and sends them. */
export class PostSender {
  readonly #parts: SenderParts;
  readonly #operator: string;
  readonly #submitter: Submitter;

  constructor(parts: SenderParts) {
    const { client, journal, log } = parts;
    this.#parts = parts;
    this.#operator = client.sender.address;
    this.#submitter = new Submitter(client.rpc, client.sender, journal, log);
  }

  /** True while an earlier transaction with this post may still come into a block. */
  isPending(record: SeatRecord, step: Ready["step"], height: bigint): Promise<boolean> {
    return this.#submitter.isPending(record, step === "reveal" ? "reveal" : "commit", height);
  }

  /** Sends all that is ready, whatever happens to a part of it: the refusals. */
  async send(ready: readonly Ready[], height: bigint): Promise<Error[]> {
    // Reveals first: their window is what costs most to miss.
    return [...(await this.#reveal(ready, height)), ...(await this.#commit(ready, height))];
  }

  /** One bad seat must not keep the others from being served (THREATS E17). */
  async guarded({ task, seat }: Work, serve: () => Promise<void>): Promise<void> {
    try {
      await serve();
    } catch (error) {
      if (error instanceof RpcUnavailable) throw error;
      this.#parts.log.error({ seat: seatKey(task, seat), why: String(error) }, "seat failed");
    }
  }

  async #reveal(ready: readonly Ready[], height: bigint): Promise<Error[]> {
    const posts: Post<ReturnType<typeof revealPost>>[] = [];
    for (const one of ready.filter(({ step }) => step === "reveal")) {
      await this.guarded(one, async () => {
        const { task, seat, record } = one;
        const comparison = await comparisonOf(this.#parts.client, task);
        const post = revealPost(task, seat, record, comparison);
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
      await this.guarded(one, () => this.#submitResult(one, height));
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

  async #submitResult({ task, seat, record }: Ready, height: bigint): Promise<void> {
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

  async #sendAll<P>(
    posts: readonly Post<P>[],
    phase: Phase,
    height: bigint,
    message: (posts: P[]) => EncodeObject,
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
}

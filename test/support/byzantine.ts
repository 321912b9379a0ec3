import { createHash } from "node:crypto";
import { utf8Encode } from "../../core/bytes.ts";
import {
  executorOf,
  postSalt,
  resultCommitment,
  tasksMessages,
  type AssayClient,
} from "../../client/index.ts";
import { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import {
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";

/** What a node does that wants more than its share. */
export type Strategy = "wrong" | "silent" | "noReveal" | "copy" | "lateReveal";

/** Fixed: what is simulated runs out when others post meanwhile. */
const gas = 300_000n;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** A node in the hands of the test: real keys, real transactions, no executor process. Stops by `stop()`. */
export class ByzantineNode {
  readonly node: string;
  readonly strategy: Strategy;
  readonly #operator: AssayClient;
  readonly #secret: Uint8Array;
  readonly #answer: Uint8Array;
  readonly #done = new Set<string>();
  #stopped = false;
  readonly #loop: Promise<void>;

  /** @param right the output that honest nodes give */
  constructor(
    node: string,
    operator: AssayClient,
    secret: Uint8Array,
    strategy: Strategy,
    right: string,
  ) {
    this.node = node;
    this.strategy = strategy;
    this.#operator = operator;
    this.#secret = secret;
    this.#answer = utf8Encode(strategy === "wrong" ? '{"sum":-1}' : right);
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#round();
      } catch {
        // The network is there or not: the test judges what the chain says.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #round(): Promise<void> {
    const operator = this.#operator.sender.address;
    const { assignments } = await this.#operator.tasks.assignments({ operator });
    for (const { task, seat: index } of assignments) {
      const seat = task?.seats.find((one) => one.index === index);
      if (task === undefined || seat === undefined || this.strategy === "silent") continue;
      if (
        task.status === TaskStatus.TASK_STATUS_COMMIT &&
        seat.status === SeatStatus.SEAT_STATUS_OPEN
      )
        await this.#commit(task, seat);
      if (
        task.status === TaskStatus.TASK_STATUS_REVEAL &&
        seat.status === SeatStatus.SEAT_STATUS_COMMITTED
      )
        await this.#reveal(task, seat);
    }
  }

  async #once(key: string, send: () => Promise<unknown>): Promise<void> {
    if (this.#done.has(key)) return;
    await send();
    this.#done.add(key);
  }

  #salt(task: Task, seat: Seat): Uint8Array {
    return postSalt(this.#secret, {
      chainId: this.#operator.chainId,
      taskId: task.id,
      attempt: seat.attempt || task.attempt,
      role: seat.role,
      node: seat.node,
    });
  }

  async #commit(task: Task, seat: Seat): Promise<void> {
    const hash = sha256(this.#answer);
    const post = {
      chainId: this.#operator.chainId,
      taskId: task.id,
      attempt: task.attempt,
      role: seat.role,
      node: seat.node,
    };
    let commitment = resultCommitment(post, hash, hash, this.#salt(task, seat));
    if (this.strategy === "copy") {
      const other = task.seats.find((one) => one.node !== seat.node && one.commitment.length > 0);
      // Waits until there is something to copy: that is what a copier does.
      if (other === undefined) return;
      commitment = other.commitment;
    }
    const message = tasksMessages.commit({
      operator: this.#operator.sender.address,
      posts: [{ taskId: task.id, node: seat.node, attempt: task.attempt, commitment }],
    });
    await this.#once(`commit ${task.id}`, () => this.#operator.send([message], { gas }));
  }

  async #reveal(task: Task, seat: Seat): Promise<void> {
    if (this.strategy === "noReveal") return;
    const waits =
      seat.role === Role.ROLE_VALIDATOR &&
      executorOf(task)?.status !== SeatStatus.SEAT_STATUS_REVEALED;
    const half = task.windowStart + BigInt(Math.floor(task.revealBlocks / 2));
    const { height } = await this.#operator.tasks.assignments({
      operator: this.#operator.sender.address,
    });
    if (waits && height <= half) return;
    if (this.strategy === "lateReveal" && height < task.windowEnd) return;
    const hash = sha256(this.#answer);
    const output = {
      inline: this.#answer,
      sha256: new Uint8Array(),
      size: BigInt(this.#answer.length),
    };
    const opening = {
      taskId: task.id,
      node: seat.node,
      unavailable: false,
      resultHash: hash,
      outputSha256: hash,
      salt: this.#salt(task, seat),
      output,
      bytesAvailable: true,
    };
    const message = tasksMessages.reveal({
      operator: this.#operator.sender.address,
      posts: [opening],
    });
    await this.#once(`reveal ${task.id}`, () => this.#operator.send([message], { gas }));
  }
}

import assert from "node:assert/strict";
import { isFinished, type AssayClient } from "../../client/index.ts";
import { SeatStatus, TaskStatus, type Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { releaseName, taskKey, until, type TestNetwork } from "./network.ts";

/** How far a task has come when something strikes: nobody has an answer, two of three have, or two may not reveal. */
export const stages = ["drawn", "committing", "revealing"] as const;
export type Stage = (typeof stages)[number];

const { SEAT_STATUS_OPEN: open, SEAT_STATUS_COMMITTED: committed } = SeatStatus;
const { TASK_STATUS_COMMIT: inCommit, TASK_STATUS_REVEAL: inReveal } = TaskStatus;
const limitMs = 60_000;

/** Tasks that stay open for as long as the test wants: the service keeps them waiting, or executors are stopped. */
export class OpenTasks {
  readonly #net: TestNetwork;
  readonly #client: AssayClient;
  #stopped: number[] = [];

  constructor(net: TestNetwork, client: AssayClient) {
    this.#net = net;
    this.#client = client;
  }

  /** Resolves when it is in a block. */
  request(key = taskKey): Promise<bigint> {
    return new Promise((resolve, reject) => {
      const input = { numbers: [1, 2, 3] };
      const run = this.#client.run(releaseName, key, input, { timeoutMs: 120_000 });
      run.on("requested", ({ taskId }) => resolve(taskId));
      // Its end is judged later, whatever it is.
      run.catch(reject);
    });
  }

  async task(taskId: bigint): Promise<Task> {
    return (await this.#client.tasks.task({ taskId })).task ?? assert.fail(`no task ${taskId}`);
  }

  /** A task of two validators that goes no further than this stage, until resume(). */
  async hold(stage: Stage, key = taskKey): Promise<bigint> {
    this.#net.gate.hold(stage === "drawn" ? 0 : 2);
    const id = await this.request(key);
    if (stage === "drawn") await this.#untilAt(id, "drawn");
    else await this.#untilAt(id, "committing");
    if (stage !== "revealing") return id;
    const { seats } = await this.task(id);
    const nodes = seats.filter(({ status }) => status === committed).map(({ node }) => node);
    for (const { node, child } of this.#net.executors)
      if (nodes.includes(node)) this.#stop(child.pid ?? assert.fail("no executor"));
    this.#net.gate.release();
    await this.#untilAt(id, "revealing");
    return id;
  }

  resume(): void {
    this.#net.gate.release();
    for (const pid of this.#stopped.splice(0)) process.kill(pid, "SIGCONT");
  }

  /** The chain still waits for somebody. */
  async assertAt(id: bigint, stage: Stage): Promise<void> {
    const task = await this.task(id);
    const seats = task.seats.map(({ status }) => status).join(" ");
    assert.ok(isAt(task, stage), `expected ${stage}, got task ${task.status}, seats ${seats}`);
    assert.ok(!isFinished(task));
  }

  #stop(pid: number): void {
    process.kill(pid, "SIGSTOP");
    this.#stopped.push(pid);
  }

  async #untilAt(id: bigint, stage: Stage): Promise<void> {
    await until(
      async () => ((await this.task(id).then((task) => isAt(task, stage))) ? true : undefined),
      limitMs,
      100,
    );
  }
}

function isAt({ status, seats }: Task, stage: Stage): boolean {
  const having = (one: SeatStatus): number => seats.filter((seat) => seat.status === one).length;
  switch (stage) {
    case "drawn":
      return status === inCommit && having(open) === 3;
    case "committing":
      return status === inCommit && having(open) === 1 && having(committed) === 2;
    case "revealing":
      return status === inReveal && having(committed) >= 2;
  }
}

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { until, type ExecutorProcess, type TestNetwork } from "./network.ts";

/** When to strike: at a random time, when a journal holds a signed post, or when a block shows the phase. */
export type Moment = "any" | "commitSigned" | "committed" | "revealSigned" | "revealing";
export type Victim = "app" | "comet" | "both" | "executor" | "executors" | "all";

/** One execution of a plan: what dies, and when. */
export type Kill = { readonly victim: Victim; readonly moment: Moment };

/** Every victim at every moment that says something about it; the order is the seed's. */
export const killPlan: readonly Kill[] = [
  { victim: "executor", moment: "commitSigned" },
  { victim: "executor", moment: "commitSigned" },
  { victim: "executor", moment: "revealSigned" },
  { victim: "executor", moment: "revealSigned" },
  { victim: "executor", moment: "committed" },
  { victim: "executors", moment: "revealing" },
  { victim: "app", moment: "any" },
  { victim: "app", moment: "committed" },
  { victim: "comet", moment: "commitSigned" },
  { victim: "comet", moment: "revealing" },
  { victim: "both", moment: "any" },
  { victim: "both", moment: "revealSigned" },
  { victim: "all", moment: "any" },
];

export function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(random(rest.length), 1)).flat();
}

/** Resolves with the executor whose journal first holds a signed post of this task: it has hardly left yet. */
export function untilSigned(
  executors: readonly ExecutorProcess[],
  taskId: bigint,
  phase: "commit" | "reveal",
): Promise<ExecutorProcess> {
  return new Promise((resolve) => {
    const watchers = executors.map((executor) => {
      const data = path.join(executor.home, "data");
      const file = path.join(data, "journal.log");
      // An executor that is starting may not have made it yet.
      fs.mkdirSync(data, { recursive: true });
      return fs.watch(data, () => {
        const journal = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
        const signed = journal
          .split("\n")
          .some((line) => line.includes(`"taskId":"${taskId}"`) && line.includes(`"${phase}":{`));
        if (!signed) return;
        for (const watcher of watchers) watcher.close();
        resolve(executor);
      });
    });
  });
}

/** Resolves once a block shows a commitment, or the reveal phase. */
export function untilPhase(
  readTask: () => Promise<Task | undefined>,
  moment: "committed" | "revealing",
): Promise<Task> {
  return until(
    async () => {
      const task = await readTask().catch(() => undefined);
      if (task === undefined) return undefined;
      const reached =
        moment === "revealing"
          ? task.status >= TaskStatus.TASK_STATUS_REVEAL
          : task.seats.some(({ commitment }) => commitment.length > 0);
      return reached ? task : undefined;
    },
    60_000,
    20,
  );
}

/** What was killed so far, by the kind of process. */
export class Kills {
  app = 0;
  engine = 0;
  executor = 0;

  ofNode(victim: "app" | "comet" | "both"): void {
    if (victim !== "comet") this.app++;
    if (victim !== "app") this.engine++;
  }

  get all(): number {
    return this.app + this.engine + this.executor;
  }
}

/** Kills with -9 and resolves when what died runs again. */
export async function strike(
  net: TestNetwork,
  victim: Victim,
  executor: ExecutorProcess,
  kills: Kills,
): Promise<void> {
  const ofNode = victim === "all" ? "both" : victim;
  const ofOperators =
    victim === "executor" ? [executor] : /^(?:executors|all)$/.test(victim) ? net.executors : [];
  const struck: Promise<void>[] = [];
  if (ofNode === "app" || ofNode === "comet" || ofNode === "both") {
    kills.ofNode(ofNode);
    struck.push(net.crashValidator(0, ofNode));
  }
  for (const one of ofOperators) {
    kills.executor++;
    struck.push(net.crashExecutor(one));
  }
  await Promise.all(struck);
}

/** Seats that were called: all but reserves. */
export const calledSeats = (task: Task): Seat[] =>
  task.seats.filter(({ status }) => status !== SeatStatus.SEAT_STATUS_RESERVE);

export function assertUnharmed(seat: Seat): void {
  const { status, outcome, posts, slashed, paid, late } = seat;
  assert.deepEqual(
    { status, outcome, posts, slashed, paid, late },
    {
      status: SeatStatus.SEAT_STATUS_REVEALED,
      outcome: SeatOutcome.SEAT_OUTCOME_PAID,
      posts: 2,
      slashed: "0",
      paid: "1000",
      late: false,
    },
  );
}

/** Hashes of all transactions that the journal of an executor holds. */
export function signedHashes({ home }: ExecutorProcess): string[] {
  const journal = fs.readFileSync(path.join(home, "data", "journal.log"), "utf8");
  return [...journal.matchAll(/"hash":"([0-9A-F]{64})"/g)].map(([, hash]) => hash ?? "");
}

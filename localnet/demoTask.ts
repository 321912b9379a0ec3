import { tasksQueries } from "../client/modules/tasks/queries.ts";
import { UserError, protobufRpc, type AssayClient, type TaskResult } from "../client/index.ts";
import type { Selection } from "../proto/gen/assay/selection/v1/selection.ts";
import type { Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import { assignedLines, committedLine, finishedLines, paidLines } from "../cli/taskLife.ts";

export type DemoTask = {
  readonly name: string;
  readonly key: string;
  readonly input: { readonly text: string };
  readonly validators: number;
};

export type TaskLife = {
  readonly lines: readonly string[];
  /** undefined: the task did not become VALID. */
  readonly result: TaskResult | undefined;
  readonly problem: UserError | undefined;
};

/** Requests the task and follows its life: one line for each step, as `assay task run` shows it. */
export async function runDemoTask(
  client: AssayClient,
  { name, key, input, validators }: DemoTask,
  signal: AbortSignal,
): Promise<TaskLife> {
  const lines: string[] = [];
  const started = performance.now();
  let selection: Promise<Selection | undefined> = Promise.resolve(undefined);
  const run = client.run(name, key, input, { validators, timeoutMs: 120_000, signal });
  let last: Task | undefined;
  void run.on("requested", ({ hash, height, fee, escrow }) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    lines.push(
      `==> tx ${hash.slice(0, 4)}…  included  height ${height}  ${seconds} s  fee ${fee}uassay  escrow ${escrow}uassay`,
    );
  });
  void run.on("assigned", (task) => {
    last = task;
    selection = selectionOf(client, task);
  });
  void run.on("committed", (task) => void (last = task));
  try {
    const result = await run;
    const { task } = result;
    lines.push(...assignedLines(task, await selection), committedLine(task));
    lines.push(...finishedLines(task), ...paidLines(task));
    lines.push(JSON.stringify(result.result));
    return { lines, result, problem: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (last !== undefined) lines.push(...assignedLines(last, await selection));
    return { lines, result: undefined, problem: error };
  }
}

/** The chain keeps a selection until the tally; the state of the draw's own height has it for longer. */
async function selectionOf(client: AssayClient, task: Task): Promise<Selection | undefined> {
  const at = tasksQueries(protobufRpc(client.rpc, task.drawnHeight));
  try {
    return (await at.selection({ taskId: task.id })).selection;
  } catch {
    return undefined;
  }
}

import type { ManifestTask } from "../../client/manifest/manifest.ts";
import { callHttp } from "./http.ts";
import { runProcess } from "./process.ts";

/** The service did not give a usable answer; the node stays silent rather than wrong. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}

/** One run of a task; throws RunFailed. */
export function runTask(
  task: ManifestTask,
  input: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return task.runner.kind === "http"
    ? callHttp(task.runner, input, task.maxOutput, signal)
    : runProcess(task.runner, input, task.maxOutput, signal);
}

import type { ManifestTask } from "../../client/manifest/manifest.ts";
import { callHttp } from "./http.ts";
import { runProcess } from "./process.ts";

/**
 * One run of a task; throws RunFailed.
 *
 * @param path where programs are looked for: the one thing of the node's environment that they get
 */
export function runTask(
  task: ManifestTask,
  input: Uint8Array,
  signal: AbortSignal,
  path: string,
): Promise<Uint8Array> {
  return task.runner.kind === "http"
    ? callHttp(task.runner, input, task.maxOutput, signal)
    : runProcess(task.runner, input, task.maxOutput, signal, path);
}

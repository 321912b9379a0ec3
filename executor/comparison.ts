import type { AssayClient } from "../client/index.ts";
import type { Comparison } from "../client/results/compare.ts";
import { Compare } from "../proto/gen/assay/registry/v1/registry.ts";
import type { Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import { RunFailed } from "./runner/failed.ts";

/** How results of a task are compared; the fields stand in the release. */
export async function comparisonOf(client: AssayClient, task: Task): Promise<Comparison> {
  if (task.compare !== Compare.COMPARE_FIELDS) return { compare: task.compare, fields: [] };
  const { release } = await client.registry.release({
    service: task.service,
    version: task.version,
  });
  const definition = release?.definition?.tasks.find(({ key }) => key === task.taskKey);
  if (definition === undefined)
    throw new RunFailed(`release ${task.service}@${task.version}: no task ${task.taskKey}`);
  return { compare: task.compare, fields: definition.fields };
}

import type { Ctx, ReadCtx } from "../../core/context.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import type { Candidate, Selection } from "../../proto/gen/assay/selection/v1/selection.ts";
import { SelectionTable } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { selections, selectionTables, tableReferences } from "./state.ts";
import type { TaskId } from "./types.ts";

/** A candidates' table with the digest that names it. */
export type NamedTable = { readonly digest: Uint8Array; readonly table: SelectionTable };

export function namedTable(candidates: Candidate[]): NamedTable {
  const table = { candidates };
  return { digest: taggedHash("table", SelectionTable.encode(table).finish()), table };
}

/** Keeps how a task's nodes were drawn, until its end; the tables of one block's draws are kept once. */
export function keepSelection(
  ctx: Ctx,
  id: TaskId,
  selection: Selection,
  executors: NamedTable,
  validators: NamedTable,
): void {
  keepTable(ctx, executors);
  keepTable(ctx, validators);
  selections.set(ctx, id, {
    taskId: id,
    selection: { ...selection, executors: [], validators: [] },
    executors: executors.digest,
    validators: validators.digest,
  });
}

export function dropSelection(ctx: Ctx, id: TaskId): void {
  const record = selections.get(ctx, id);
  if (record === undefined) return;
  dropTable(ctx, record.executors);
  dropTable(ctx, record.validators);
  selections.remove(ctx, id);
}

export function selectionOf(ctx: ReadCtx, id: TaskId): Selection | undefined {
  const record = selections.get(ctx, id);
  if (record?.selection === undefined) return undefined;
  return {
    ...record.selection,
    executors: selectionTables.get(ctx, record.executors)?.candidates ?? [],
    validators: selectionTables.get(ctx, record.validators)?.candidates ?? [],
  };
}

function keepTable(ctx: Ctx, { digest, table }: NamedTable): void {
  const count = tableReferences.get(ctx, digest)?.count ?? 0n;
  // An empty table has no bytes to store: not finding it says the same.
  if (count === 0n && table.candidates.length > 0) selectionTables.set(ctx, digest, table);
  tableReferences.set(ctx, digest, { count: count + 1n });
}

function dropTable(ctx: Ctx, digest: Uint8Array): void {
  const count = tableReferences.get(ctx, digest)?.count ?? 0n;
  if (count > 1n) {
    tableReferences.set(ctx, digest, { count: count - 1n });
    return;
  }
  tableReferences.remove(ctx, digest);
  selectionTables.remove(ctx, digest);
}

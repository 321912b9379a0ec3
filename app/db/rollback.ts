import { anewFix, DbError } from "./errors.ts";
import { listHeights, truncateFile } from "./files.ts";
import { sourceOf } from "./options.ts";
import type { DbOptions } from "./options.ts";
import { inspectDb } from "./inspect.ts";
import { recoverEarlier } from "./recover.ts";
import type { Source } from "./recover.ts";
import type { LogEnd } from "./log.ts";
import { listSegments } from "./segments.ts";
import { snapshotSuffix } from "./snapshot.ts";

export type RollbackOptions = DbOptions & {
  /** By default the last height that reads well; on an undamaged log the one before the last. */
  readonly toHeight?: bigint;
};

/**
 * Takes the state back to an earlier block; CometBFT replays what follows. The state is rebuilt and verified
 * before a byte is removed. The folder must not be open.
 */
export function rollback(
  dir: string,
  options: RollbackOptions,
): { readonly height: bigint; readonly appHash: Uint8Array } {
  const source = sourceOf(dir, options);
  const unlock = source.disk.lock(dir);
  try {
    const found = inspectDb(dir, options);
    const usual = found.problem === undefined ? found.lastHeight - 1n : found.lastHeight;
    const toHeight = options.toHeight ?? usual;
    if (toHeight < 1n || toHeight > found.lastHeight) {
      throw new DbError("heightNotKept", {
        what: `roll back: expected a height 1..${found.lastHeight}, got ${toHeight}`,
        where: dir,
        fix: found.lastHeight < 1n ? anewFix : ["name a height that the state has passed"],
      });
    }
    const { last, end } = recoverEarlier(source, toHeight);
    cut(source, toHeight, end);
    return { height: last.height, appHash: last.appHash };
  } finally {
    unlock();
  }
}

// Newest first, so that a crash in between leaves a log without a gap.
function cut({ disk, folders }: Source, toHeight: bigint, end: LogEnd | undefined): void {
  for (const { height, path } of listHeights(disk, folders.snapshots, snapshotSuffix).reverse()) {
    if (height > toHeight) disk.remove(path);
  }
  disk.syncFolder(folders.snapshots);
  const segments = listSegments(disk, folders.changes);
  // Behind the last record that is kept there is nothing to keep, whatever height a misplaced file has in its name.
  const last = segments.find(({ path }) => path === end?.path)?.height ?? toHeight;
  for (const { height, path } of segments.reverse()) {
    if (height > last) disk.remove(path);
  }
  disk.syncFolder(folders.changes);
  if (end !== undefined) truncateFile(disk, end.path, end.size);
}

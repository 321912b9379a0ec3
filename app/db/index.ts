import { join } from "node:path";
import { killPoint } from "../killPoint.ts";
import { Db } from "./db.ts";
import { orUnusable } from "./errors.ts";
import { sourceOf } from "./options.ts";
import type { DbOptions } from "./options.ts";
import { recover } from "./recover.ts";
import { temporarySuffix } from "./snapshot.ts";

export { Db } from "./db.ts";
export type { CommitRecord } from "./db.ts";
export { machineDisk } from "./disk.ts";
export type { Disk, DiskFile, OpenMode } from "./disk.ts";
export { DbError, dbCodes } from "./errors.ts";
export { inspectDb } from "./inspect.ts";
export type { DbOptions } from "./options.ts";
export { rollback } from "./rollback.ts";
export { stateAt, verifyDb } from "./verify.ts";
export type { Check, StateAt } from "./verify.ts";

/** Locks the folder, rebuilds the last durable state and verifies every app hash on the way; throws DbError. */
export function openDb(dir: string, options: DbOptions): Db {
  const source = sourceOf(dir, options);
  const { disk, folders } = source;
  const unlock = orUnusable(dir, () => {
    disk.makeFolder(folders.changes);
    disk.makeFolder(folders.snapshots);
    // Else a power loss could take the folder away from under records that were synced in it.
    disk.syncFolder(dir);
    return disk.lock(dir);
  });
  killPoint("start.locked");
  try {
    const recovered = orUnusable(dir, () => {
      for (const name of disk.names(folders.snapshots)) {
        if (name.endsWith(temporarySuffix)) disk.remove(join(folders.snapshots, name));
      }
      return recover(source);
    });
    killPoint("start.recovered");
    return new Db(source, recovered, {
      unlock,
      segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
      snapshotEvery: options.snapshotEvery ?? 1000n,
      keepSnapshots: Math.max(1, options.keepSnapshots ?? 2),
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

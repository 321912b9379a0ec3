import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Db } from "./db.ts";
import { syncFolder } from "./files.ts";
import { lockFolder } from "./lock.ts";
import { foldersOf, sourceOf } from "./options.ts";
import type { DbOptions } from "./options.ts";
import { recover } from "./recover.ts";
import { temporarySuffix } from "./snapshot.ts";

export { Db } from "./db.ts";
export type { CommitRecord } from "./db.ts";
export { DbError, dbCodes } from "./errors.ts";
export { inspectDb } from "./inspect.ts";
export type { DbOptions } from "./options.ts";
export { rollback } from "./rollback.ts";

/** Locks the folder, rebuilds the last durable state and verifies every app hash on the way; throws DbError. */
export function openDb(dir: string, options: DbOptions): Db {
  const folders = foldersOf(dir);
  mkdirSync(folders.changes, { recursive: true });
  mkdirSync(folders.snapshots, { recursive: true });
  // Else a power loss could take the folder away from under records that were synced in it.
  syncFolder(dir);
  const unlock = lockFolder(dir);
  try {
    for (const name of readdirSync(folders.snapshots)) {
      if (name.endsWith(temporarySuffix)) rmSync(join(folders.snapshots, name));
    }
    const source = sourceOf(dir, options);
    return new Db(source, recover(source), {
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

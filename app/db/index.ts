import { mkdirSync } from "node:fs";
import { Db } from "./db.ts";
import { syncFolder } from "./files.ts";
import { lockFolder } from "./lock.ts";
import { foldersOf, sourceOf } from "./options.ts";
import type { DbOptions } from "./options.ts";
import { recover } from "./recover.ts";
import { SnapshotFolder } from "./snapshotFolder.ts";

export { Db } from "./db.ts";
export type { CommitRecord } from "./db.ts";
export { DbError, dbCodes } from "./errors.ts";
export { inspectDb } from "./inspect.ts";
export type { Intake } from "./intake.ts";
export * from "./manifest.ts";
export { MalformedError } from "./bytes.ts";
export type { DbOptions } from "./options.ts";
export { chainDigest, digest } from "./record.ts";
export { rollback } from "./rollback.ts";
export type { Offered } from "./snapshotFolder.ts";

/** Locks the folder, rebuilds the last durable state and verifies every app hash on the way; throws DbError. */
export function openDb(dir: string, options: DbOptions): Db {
  const folders = foldersOf(dir);
  mkdirSync(folders.changes, { recursive: true });
  mkdirSync(folders.snapshots, { recursive: true });
  // Else a power loss could take the folder away from under records that were synced in it.
  syncFolder(dir);
  const unlock = lockFolder(dir);
  try {
    const snapshots = new SnapshotFolder(folders.snapshots);
    const source = sourceOf(dir, options);
    return new Db(source, recover(source), {
      unlock,
      snapshots,
      segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
      snapshotEvery: options.snapshotEvery ?? 1000n,
      keepSnapshots: Math.max(1, options.keepSnapshots ?? 2),
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

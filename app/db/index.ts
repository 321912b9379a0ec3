import { killPoint } from "../killPoint.ts";
import { Db } from "./db.ts";
import { orUnusable } from "./errors.ts";
import { sourceOf } from "./options.ts";
import type { DbOptions } from "./options.ts";
import { recover } from "./recover.ts";
import { SnapshotFolder } from "./snapshotFolder.ts";

export { Db } from "./db.ts";
export type { CommitRecord } from "./db.ts";
export { machineDisk } from "./disk.ts";
export type { Disk, DiskFile, OpenMode } from "./disk.ts";
export { DbError, dbCodes } from "./errors.ts";
export { inspectDb } from "./inspect.ts";
export type { Intake } from "./intake.ts";
export * from "./manifest.ts";
export { MalformedError } from "./bytes.ts";
export type { DbOptions } from "./options.ts";
export { chainDigest, digest } from "./record.ts";
export { rollback } from "./rollback.ts";
export type { Offered } from "./snapshotFolder.ts";
export { stateAt, verifyDb } from "./verify.ts";
export type { Check, StateAt } from "./verify.ts";

/** Locks the folder, rebuilds the last durable state and verifies every app hash on the way; throws DbError. */
export function openDb(dir: string, options: DbOptions): Db {
  const source = sourceOf(dir, options);
  const { disk, folders } = source;
  const unlock = orUnusable(dir, () => {
    disk.makeFolder(folders.changes);
    disk.makeFolder(folders.snapshots);
    disk.makeFolder(folders.sidecars);
    // Else a power loss could take the folder away from under records that were synced in it.
    disk.syncFolder(dir);
    return disk.lock(dir);
  });
  killPoint("start.locked");
  try {
    const [snapshots, recovered] = orUnusable(dir, () => [
      new SnapshotFolder(source),
      recover(source),
    ]);
    killPoint("start.recovered");
    return new Db(source, recovered, {
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

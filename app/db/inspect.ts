import { machineDisk } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { DbError } from "./errors.ts";
import { listHeights } from "./files.ts";
import { foldersOf } from "./options.ts";
import { chainDigest } from "./record.ts";
import { listSegments, readSegments } from "./segments.ts";
import { snapshotSuffix } from "./snapshot.ts";

/** What the files hold, without rebuilding the state. */
export type DbFiles = {
  /** 0n when the log is empty. */
  readonly firstHeight: bigint;
  /** The last height that reads well. */
  readonly lastHeight: bigint;
  readonly snapshots: readonly bigint[];
  /** Of the record after lastHeight; undefined for a sound log and for a torn tail. */
  readonly problem: DbError | undefined;
};

/** Reads the whole log and changes nothing; for diagnosis and to choose a height to roll back to. */
export function inspectDb(
  dir: string,
  { chainId, disk = machineDisk }: { readonly chainId: string; readonly disk?: Disk },
): DbFiles {
  const folders = foldersOf(dir);
  const snapshots = listHeights(disk, folders.snapshots, snapshotSuffix).map(
    ({ height }) => height,
  );
  let firstHeight = 0n;
  let lastHeight = 0n;
  let problem: DbError | undefined;
  const records = readSegments(
    disk,
    listSegments(disk, folders.changes),
    chainDigest(chainId),
    () => undefined,
  );
  try {
    for (const { record } of records) {
      if (firstHeight === 0n) firstHeight = record.height;
      lastHeight = record.height;
    }
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    problem = error;
  }
  return { firstHeight, lastHeight, snapshots, problem };
}

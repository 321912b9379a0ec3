import { toHex } from "../../core/bytes.ts";
import { StoreError } from "../../core/store/errors.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { MalformedError } from "./bytes.ts";
import { readPart, withFile } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { DbError, rollbackFix } from "./errors.ts";
import { listHeights, truncateFile, writeFully } from "./files.ts";
import type { HeightFile } from "./files.ts";
import type { LogEnd } from "./log.ts";
import type { LogRecord } from "./record.ts";
import { firstPrevious } from "./record.ts";
import { isFirst, listSegments, readSegments, requireAfter, segmentsFrom } from "./segments.ts";
import type { Found, TornTail } from "./segments.ts";
import { readSnapshot, snapshotSuffix } from "./snapshot.ts";

export type Log = (level: "info" | "warn" | "error", message: string) => void;

export type Folders = { readonly changes: string; readonly snapshots: string };

export type Source = {
  readonly disk: Disk;
  readonly folders: Folders;
  readonly chain: Uint8Array;
  readonly make: () => Multistore;
  readonly keepVersions: number;
  readonly log: Log;
};

/** The last block in the state, and the hash of its record for the next one to name. */
export type LastBlock = {
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly appHash: Uint8Array;
  readonly meta: Uint8Array;
  readonly recordHash: Uint8Array;
};

export type Recovered = {
  readonly multistore: Multistore;
  readonly last: LastBlock;
  readonly end: Tail | undefined;
};

/** The last record, and with it the end of the log. */
type Tail = LogEnd & { readonly from: number };

type Base = { readonly multistore: Multistore; readonly last: LastBlock };

const noBytes = new Uint8Array(0);

function lastOf(record: LogRecord, recordHash: Uint8Array): LastBlock {
  const { height, timeMs, appHash, meta } = record;
  return { height, timeMs, appHash, meta, recordHash };
}

function emptyBase(make: () => Multistore): Base {
  const multistore = make();
  const { appHash } = multistore;
  const last = { height: 0n, timeMs: 0n, appHash, meta: noBytes, recordHash: firstPrevious };
  return { multistore, last };
}

function appHashDiffers(
  height: bigint,
  where: string,
  recorded: Uint8Array,
  found: Uint8Array,
): DbError {
  return new DbError("appHashDiffers", {
    what: `app hash of height ${height}: expected ${toHex(recorded)} as recorded, got ${toHex(found)}`,
    where,
    fix: ["start the version of assay that wrote this state", ...rollbackFix],
  });
}

/** The newest record, and what a crash left behind it. */
function findTail(source: Source): { height: bigint; torn: TornTail | undefined } {
  const segments = listSegments(source.disk, source.folders.changes);
  let torn: TornTail | undefined;
  // A crash between the creation of a segment and its first record leaves the last record in the one before.
  for (let count = 1; count <= Math.min(2, segments.length); count++) {
    let height = 0n;
    const found = readSegments(source.disk, segments.slice(-count), source.chain, (tail) => {
      torn = tail;
    });
    for (const { record } of found) height = record.height;
    if (height > 0n) return { height, torn };
  }
  return { height: 0n, torn };
}

function cutTail({ disk, log }: Source, { path, offset, bytes }: TornTail): void {
  log("warn", `cut ${bytes} bytes of an unfinished record off ${path} at byte ${offset}`);
  truncateFile(disk, path, offset);
}

function loadSnapshot(source: Source, file: HeightFile): Base | undefined {
  let loaded;
  try {
    loaded = readSnapshot(source.disk, file.path, source.make);
  } catch (error) {
    if (error instanceof DbError) throw error;
    if (!(error instanceof MalformedError || error instanceof StoreError)) throw error;
    source.log("warn", `state snapshot ${file.path} is damaged: ${error.message}`);
    return undefined;
  }
  const { head, multistore, appHash } = loaded;
  if (toHex(head.chain) !== toHex(source.chain)) {
    throw new DbError("otherChain", {
      what: "the state snapshot belongs to another chain",
      where: file.path,
      fix: ["use the home folder of this chain, or the chain id of this home"],
    });
  }
  if (toHex(appHash) !== toHex(head.appHash)) {
    throw appHashDiffers(head.height, file.path, head.appHash, appHash);
  }
  return { multistore, last: { ...head } };
}

/**
 * Where replay can start, best first: the newest point that still leaves keepVersions to be replayed, so that
 * their queries work again; then older ones in case it is damaged; then newer ones, with fewer versions.
 */
function startsFor(source: Source, height: bigint): (HeightFile | "empty")[] {
  const enough = height - BigInt(source.keepVersions) + 1n;
  const usable = listHeights(source.disk, source.folders.snapshots, snapshotSuffix).filter(
    (file) => file.height <= height,
  );
  const older = usable.filter((file) => file.height <= enough).reverse();
  const newer = usable.filter((file) => file.height > enough);
  return [...older, "empty", ...newer];
}

function* recordsAfter(source: Source, base: bigint): Generator<Found, undefined> {
  const segments = segmentsFrom(listSegments(source.disk, source.folders.changes), base + 1n);
  yield* readSegments(source.disk, segments, source.chain, () => undefined);
  return undefined;
}

/** Whether the log goes on where this start ends. */
function logContinues(source: Source, base: bigint, height: bigint): boolean {
  if (base === height) return true;
  const [oldest] = listSegments(source.disk, source.folders.changes);
  if (oldest === undefined) return false;
  if (base > 0n) return oldest.height <= base + 1n;
  const first = recordsAfter(source, 0n).next().value;
  return first !== undefined && isFirst(first.record);
}

/** The snapshot's own record still stands in the log when its segment does: then it must be that one. */
function requireSame({ record, hash, path, offset }: Found, last: LastBlock): void {
  if (toHex(hash) === toHex(last.recordHash)) return;
  throw new DbError("outOfOrder", {
    what: `the record of height ${record.height} is not the one that the snapshot follows`,
    where: `${path}, byte ${offset}`,
    fix: rollbackFix,
  });
}

function apply(multistore: Multistore, last: LastBlock, found: Found): LastBlock {
  const { record, hash, path, offset } = found;
  // The first record of a chain may be of any height: genesis says which.
  if (last.height > 0n) requireAfter(found, { height: last.height, hash: last.recordHash });
  const appHash = multistore.stage(record.height, record.changes);
  if (toHex(appHash) !== toHex(record.appHash)) {
    throw appHashDiffers(record.height, `${path}, byte ${offset}`, record.appHash, appHash);
  }
  multistore.commit();
  return lastOf(record, hash);
}

function replay(source: Source, { multistore, last: start }: Base, height: bigint): Recovered {
  let last = start;
  let end: Tail | undefined;
  for (const found of recordsAfter(source, start.height)) {
    end = { path: found.path, from: found.offset, size: found.end };
    const at = found.record.height;
    if (at === start.height) requireSame(found, start);
    else if (at > start.height) last = apply(multistore, last, found);
    // Not a look further: a rollback must not stumble over the damage that it is to cut off.
    if (at >= height) break;
  }
  if (last.height < height) {
    throw new DbError("outOfOrder", {
      what: `a record is missing: expected height ${last.height + 1n}, got the end of the log`,
      where: source.folders.changes,
      fix: rollbackFix,
    });
  }
  return { multistore, last, end };
}

function recoverAt(source: Source, height: bigint): Recovered {
  for (const start of startsFor(source, height)) {
    const base = start === "empty" ? 0n : start.height;
    if (!logContinues(source, base, height)) continue;
    const loaded = start === "empty" ? emptyBase(source.make) : loadSnapshot(source, start);
    if (loaded !== undefined) return replay(source, loaded, height);
  }
  throw new DbError("damaged", {
    what: `height ${height} cannot be rebuilt: no intact state snapshot that the change log continues`,
    where: `${source.folders.snapshots} and ${source.folders.changes}`,
    fix: ["restore the folder from a backup, or remove it and join again from a state snapshot"],
  });
}

function newestSnapshot(source: Source): bigint {
  return listHeights(source.disk, source.folders.snapshots, snapshotSuffix).at(-1)?.height ?? 0n;
}

/** The state of the last durable block. An unfinished append is cut off; everything else that is wrong throws. */
export function recover(source: Source): Recovered {
  const { height, torn } = findTail(source);
  const logged = height > 0n || listSegments(source.disk, source.folders.changes).length > 0;
  const recovered = recoverAt(source, logged ? height : newestSnapshot(source));
  // Only now, when the rest has proved sound.
  if (torn !== undefined) cutTail(source, torn);
  for (const { path } of listSegments(source.disk, source.folders.changes)) {
    if (withFile(source.disk, path, "read", (file) => file.size()) === 0) source.disk.remove(path);
  }
  keepTail(source, recovered.end);
  return recovered;
}

/**
 * A process that died between write and sync, or whose sync failed, leaves a record that stands in the machine's
 * memory alone. It counts from now on and later ones build on it, so it is written again and made durable.
 */
function keepTail({ disk, folders }: Source, end: Tail | undefined): void {
  if (end !== undefined) {
    withFile(disk, end.path, "change", (file) => {
      writeFully(file, readPart(file, end.from, end.size), end.from);
      file.sync();
    });
  }
  disk.syncFolder(folders.changes);
  disk.syncFolder(folders.snapshots);
}

/** The state as it was after an earlier block; changes no file. */
export function recoverEarlier(source: Source, height: bigint): Recovered {
  return recoverAt(source, height);
}

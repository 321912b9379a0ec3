import { toHex } from "../../core/bytes.ts";
import { readWhole } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { DbError, rollbackFix } from "./errors.ts";
import { listHeights } from "./files.ts";
import type { HeightFile } from "./files.ts";
import { firstOfRecord, firstPrevious, scanRecord } from "./record.ts";
import type { LogRecord } from "./record.ts";

export const segmentSuffix = ".log";

/** A record that fits the ones before it, and where it stands. */
export type Found = {
  readonly record: LogRecord;
  readonly hash: Uint8Array;
  readonly path: string;
  readonly offset: number;
  readonly end: number;
};

/** The rest of an append that a crash cut off. */
export type TornTail = { readonly path: string; readonly offset: number; readonly bytes: number };

/** Of the record before: what the next one must continue. */
export type Link = { readonly height: bigint; readonly hash: Uint8Array };

export function listSegments(disk: Disk, dir: string): HeightFile[] {
  return listHeights(disk, dir, segmentSuffix);
}

/** The segments from the one on that holds `height`. */
export function segmentsFrom(all: readonly HeightFile[], height: bigint): readonly HeightFile[] {
  const at = all.findLastIndex((segment) => segment.height <= height);
  return at < 0 ? all : all.slice(at);
}

function damaged(path: string, offset: number, reason: string): DbError {
  return new DbError("damaged", {
    what: `the change log is damaged: ${reason}`,
    where: `${path}, byte ${offset}`,
    fix: rollbackFix,
  });
}

function outOfOrder(path: string, offset: number, expected: string, got: string): DbError {
  return new DbError("outOfOrder", {
    what: `a record is missing or in the wrong place: expected ${expected}, got ${got}`,
    where: `${path}, byte ${offset}`,
    fix: rollbackFix,
  });
}

function requireLink(
  found: Found,
  before: Link | undefined,
  isFirstInFile: boolean,
  named: bigint,
): void {
  const { record, path, offset } = found;
  if (isFirstInFile && record.height !== named) {
    throw outOfOrder(path, offset, `height ${named} as the file says`, `height ${record.height}`);
  }
  if (before === undefined) return;
  if (record.height !== before.height + 1n) {
    throw outOfOrder(path, offset, `height ${before.height + 1n}`, `height ${record.height}`);
  }
  if (toHex(record.previous) !== toHex(before.hash)) {
    throw outOfOrder(
      path,
      offset,
      `a successor of height ${before.height}`,
      "one of another record",
    );
  }
}

/**
 * The records of these segments in order. `before` is what the first one must follow, if that is known. Refuses
 * everything but a torn tail, which goes to onTorn.
 */
export function* readSegments(
  disk: Disk,
  segments: readonly HeightFile[],
  chain: Uint8Array,
  onTorn: (tail: TornTail) => void,
): Generator<Found, undefined> {
  let before: Link | undefined;
  for (const [i, segment] of segments.entries()) {
    const bytes = readWhole(disk, segment.path);
    const { path } = segment;
    for (let at = 0; at < bytes.length;) {
      const scanned = scanRecord(bytes, at);
      const isLast = i === segments.length - 1;
      const isCut = scanned.kind === "torn" || (isLast && isHalfWritten(bytes, at));
      if (scanned.kind === "damaged" && !isCut) throw damaged(path, at, scanned.reason);
      if (scanned.kind !== "record") {
        if (!isLast) throw damaged(path, at, "a record is cut off before the last");
        onTorn({ path, offset: at, bytes: bytes.length - at });
        return undefined;
      }
      const { record, hash, end } = scanned;
      if (toHex(record.chain) !== toHex(chain)) {
        throw new DbError("otherChain", {
          what: `the record of height ${record.height} belongs to another chain`,
          where: `${path}, byte ${at}`,
          fix: ["use the home folder of this chain, or the chain id of this home"],
        });
      }
      const found = { record, hash, path, offset: at, end };
      requireLink(found, before, at === 0, segment.height);
      yield found;
      before = { height: record.height, hash };
      at = end;
    }
  }
  return undefined;
}

const sector = 512;

/**
 * A power cut may keep later sectors of an append and lose earlier ones, which then read as zeros. Only the last
 * append can look so: it was not durable yet, and where a record follows the damage is another.
 */
function isHalfWritten(segment: Uint8Array, at: number): boolean {
  for (let next = at + 1; next < segment.length; next++) {
    if (segment[next] === firstOfRecord && scanRecord(segment, next).kind === "record")
      return false;
  }
  for (let from = at; from < segment.length;) {
    const to = Math.min(segment.length, from - (from % sector) + sector);
    if (to - from >= 16 && segment.subarray(from, to).every((byte) => byte === 0)) return true;
    from = to;
  }
  return false;
}

/** Whether a record is the first that its chain ever wrote. */
export function isFirst(record: LogRecord): boolean {
  return toHex(record.previous) === toHex(firstPrevious);
}

/** Throws E1408 unless the record continues from this point. */
export function requireAfter(found: Found, before: Link): void {
  requireLink(found, before, false, found.record.height);
}

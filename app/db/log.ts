import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DbError } from "./errors.ts";
import { heightPath, syncFolder, writeFully } from "./files.ts";
import { encodeRecord } from "./record.ts";
import type { LogRecord } from "./record.ts";
import { segmentSuffix } from "./segments.ts";

/** The end of the last segment, where the next record goes. */
export type LogEnd = { readonly path: string; readonly size: number };

/** The append side of the change log: one write and one fdatasync a record. */
export class ChangeLog {
  readonly #dir: string;
  readonly #segmentBytes: number;
  #end: LogEnd | undefined;
  #fd: number | undefined;
  #failed = false;
  #isFull = false;

  constructor(dir: string, segmentBytes: number, end: LogEnd | undefined) {
    this.#dir = dir;
    this.#segmentBytes = segmentBytes;
    this.#end = end;
  }

  /**
   * Durable when it returns. After a failure nothing can be appended any more: what the disk holds is unknown
   * until the next start looks.
   */
  append(record: Omit<LogRecord, "previous">, previous: Uint8Array): Uint8Array {
    const bytes = encodeRecord({ ...record, previous });
    const place = this.#end;
    const where = place?.path ?? this.#dir;
    try {
      if (this.#failed) throw new Error("an earlier write failed");
      if (place === undefined || this.#isFull || place.size >= this.#segmentBytes)
        this.#create(record.height, bytes);
      else this.#extend(place, bytes);
    } catch (cause) {
      this.#failed = true;
      throw new DbError(
        "writeFailed",
        {
          what: `height ${record.height} cannot be written: ${String(cause)}`,
          where,
          fix: ["make room on the disk or repair it, then start again: the block is replayed"],
        },
        cause,
      );
    }
    return bytes.slice(-32);
  }

  /** No record stands after the state that the node started from. */
  get isEmpty(): boolean {
    return this.#end === undefined;
  }

  /** The next record opens a segment of its own, so that what a snapshot covers can go as a whole. */
  startSegment(): void {
    this.#isFull = true;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#failed = true;
  }

  #extend({ path, size }: LogEnd, bytes: Uint8Array): void {
    this.#fd ??= openSync(path, "r+");
    writeFully(this.#fd, bytes, size);
    fdatasyncSync(this.#fd);
    this.#end = { path, size: size + bytes.length };
  }

  #create(height: bigint, bytes: Uint8Array): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    const path = heightPath(this.#dir, height, segmentSuffix);
    this.#fd = openSync(path, "wx+");
    writeFully(this.#fd, bytes, 0);
    fdatasyncSync(this.#fd);
    syncFolder(dirname(path));
    this.#end = { path, size: bytes.length };
    this.#isFull = false;
  }
}

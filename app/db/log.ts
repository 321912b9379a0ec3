import { dieNow, isDying, killPoint } from "../killPoint.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { DbError } from "./errors.ts";
import { heightPath, writeFully } from "./files.ts";
import { encodeRecord } from "./record.ts";
import type { LogRecord } from "./record.ts";
import { segmentSuffix } from "./segments.ts";

/** The end of the last segment, where the next record goes. */
export type LogEnd = { readonly path: string; readonly size: number };

/** The append side of the change log: one write and one fdatasync a record. */
export class ChangeLog {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #segmentBytes: number;
  #end: LogEnd | undefined;
  #file: DiskFile | undefined;
  #failed = false;

  constructor(disk: Disk, dir: string, segmentBytes: number, end: LogEnd | undefined) {
    this.#disk = disk;
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
      if (place === undefined || place.size >= this.#segmentBytes)
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

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#failed = true;
  }

  #extend({ path, size }: LogEnd, bytes: Uint8Array): void {
    this.#file ??= this.#disk.open(path, "change");
    writeDurably(this.#file, bytes, size);
    this.#end = { path, size: size + bytes.length };
  }

  #create(height: bigint, bytes: Uint8Array): void {
    this.#file?.close();
    this.#file = undefined;
    const path = heightPath(this.#dir, height, segmentSuffix);
    this.#file = this.#disk.open(path, "create");
    killPoint("log.create");
    writeDurably(this.#file, bytes, 0);
    this.#disk.syncFolder(this.#dir);
    killPoint("log.named");
    this.#end = { path, size: bytes.length };
  }
}

function writeDurably(file: DiskFile, bytes: Uint8Array, at: number): void {
  if (isDying("log.half")) {
    writeFully(file, bytes.subarray(0, bytes.length >> 1), at);
    dieNow();
  }
  writeFully(file, bytes, at);
  killPoint("log.written");
  file.sync();
  killPoint("log.synced");
}

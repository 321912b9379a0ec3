import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { sha256 } from "../../core/crypto/sha256.ts";

export const recordKinds = { block: 1, result: 2, status: 3, commit: 4 } as const;
export type RecordKind = (typeof recordKinds)[keyof typeof recordKinds];

export type LogRecord = {
  readonly kind: RecordKind;
  readonly height: bigint;
  /** Where the record begins, and where the next one does. */
  readonly at: number;
  readonly end: number;
};

const headBytes = 4 + 8 + 1 + 8;
const sumBytes = 8;

/**
 * An append-only file of records {length, checksum, kind, height, body}. A torn record at its end
 * is an append that never happened; whatever follows the first bad one is cut off.
 */
export class AppendLog {
  readonly #file: number;
  #end = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#file = openSync(path, "a+", 0o600);
  }

  /** All records with their bodies, then the file is cut behind the last whole one. */
  *records(): Generator<LogRecord & { readonly body: Uint8Array }> {
    const size = fstatSync(this.#file).size;
    while (this.#end < size) {
      const found = this.#readAt(this.#end, size);
      if (found === undefined) break;
      this.#end = found.end;
      yield found;
    }
    if (this.#end < size) this.truncate(this.#end);
  }

  append(kind: RecordKind, height: bigint, body: Uint8Array): LogRecord {
    const record = Buffer.alloc(headBytes + body.length);
    record.writeUInt32LE(body.length, 0);
    record.writeUInt8(kind, 12);
    record.writeBigUInt64LE(height, 13);
    record.set(body, headBytes);
    record.set(sha256(record.subarray(12)).subarray(0, sumBytes), 4);
    for (let written = 0; written < record.length;) {
      written += writeSync(this.#file, record, written);
    }
    const at = this.#end;
    this.#end += record.length;
    return { kind, height, at, end: this.#end };
  }

  /** On the disk when this returns: what the app commits must never be ahead of it. */
  sync(): void {
    fdatasyncSync(this.#file);
  }

  body(at: number): Uint8Array {
    const found = this.#readAt(at, this.#end);
    if (found === undefined) throw new Error(`block log: expected a record at ${at}, got none`);
    return found.body;
  }

  truncate(end: number): void {
    ftruncateSync(this.#file, end);
    fsyncSync(this.#file);
    this.#end = end;
  }

  close(): void {
    closeSync(this.#file);
  }

  #readAt(at: number, size: number): (LogRecord & { body: Uint8Array }) | undefined {
    const head = Buffer.alloc(headBytes);
    if (size - at < headBytes || readSync(this.#file, head, 0, headBytes, at) < headBytes) {
      return undefined;
    }
    const length = head.readUInt32LE(0);
    const end = at + headBytes + length;
    if (end > size) return undefined;
    const checked = Buffer.alloc(headBytes - 12 + length);
    readSync(this.#file, checked, 0, checked.length, at + 12);
    const sum = sha256(checked).subarray(0, sumBytes);
    if (!head.subarray(4, 12).equals(sum)) return undefined;
    const kind = checked.readUInt8(0) as RecordKind;
    const height = checked.readBigUInt64LE(1);
    return { kind, height, at, end, body: Uint8Array.from(checked.subarray(9)) };
  }
}

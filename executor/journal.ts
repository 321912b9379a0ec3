import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** A transaction that holds a post: written before it is sent, so that a restart sends the same bytes. */
export type SentTx = {
  readonly hash: string;
  /** Base64 of the signed bytes. */
  readonly bytes: string;
  /** Height after which no block takes it. */
  readonly timeoutHeight: string;
};

/** What one seat of this executor has done so far. */
export type SeatRecord = {
  /** taskId/role/node */
  readonly seat: string;
  readonly taskId: string;
  /** Attempt in which the commitment was posted. */
  readonly attempt: number;
  readonly unavailable: boolean;
  /** Hex. */
  readonly resultHash: string;
  readonly outputSha256: string;
  readonly salt: string;
  /** Base64. */
  readonly output: string;
  readonly commit?: SentTx;
  readonly reveal?: SentTx;
};

/**
 * What must survive kill -9: every result, salt and signed post, each appended and synced before it is acted on
 * (THREATS E2). One line a change, `checksum json`; the last line of a seat counts; a torn last line is dropped.
 */
export class Journal {
  readonly #file: string;
  readonly #records = new Map<string, SeatRecord>();
  #descriptor: number;

  private constructor(file: string) {
    this.#file = file;
    for (const record of readLines(file)) this.#records.set(record.seat, record);
    this.#compact();
    this.#descriptor = fs.openSync(file, "a", 0o600);
  }

  static open(directory: string): Journal {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new Journal(path.join(directory, "journal.log"));
  }

  get(seat: string): SeatRecord | undefined {
    return this.#records.get(seat);
  }

  all(): IterableIterator<SeatRecord> {
    return this.#records.values();
  }

  /** Durable when it returns. */
  put(record: SeatRecord): void {
    fs.writeSync(this.#descriptor, line(record));
    fs.fsyncSync(this.#descriptor);
    this.#records.set(record.seat, record);
  }

  /** Forgets seats whose task has ended; the file shrinks at the next start. */
  forget(seat: string): void {
    this.#records.delete(seat);
  }

  close(): void {
    this.#compact();
    fs.closeSync(this.#descriptor);
  }

  #compact(): void {
    const temporary = `${this.#file}.tmp`;
    const descriptor = fs.openSync(temporary, "w", 0o600);
    for (const record of this.#records.values()) fs.writeSync(descriptor, line(record));
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
    fs.renameSync(temporary, this.#file);
  }
}

function checksum(json: string): string {
  return createHash("sha256").update(json).digest("hex").slice(0, 16);
}

function line(record: SeatRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

function readLines(file: string): SeatRecord[] {
  if (!fs.existsSync(file)) return [];
  const records: SeatRecord[] = [];
  for (const text of fs.readFileSync(file, "utf8").split("\n")) {
    const json = text.slice(17);
    if (text.length > 17 && text.slice(0, 16) === checksum(json))
      records.push(JSON.parse(json) as SeatRecord);
  }
  return records;
}

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { UserError } from "../client/index.ts";
import { dieNow, isDying, killPoint } from "./killPoint.ts";

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

/** What the journal does to a disk; Node's own, or one whose operations fail. */
export type JournalDisk = {
  mkdirSync(path: string, options: { recursive: true; mode: number }): unknown;
  existsSync(path: string): boolean;
  readFileSync(path: string, encoding: "utf8"): string;
  openSync(path: string, flags: string, mode?: number): number;
  writeSync(descriptor: number, bytes: Uint8Array, offset: number, length: number): number;
  fsyncSync(descriptor: number): void;
  closeSync(descriptor: number): void;
  renameSync(from: string, to: string): void;
};

type Kept = { readonly number: number; readonly record: SeatRecord };

/**
 * What must survive kill -9: every result, salt and signed post, each appended and synced before it is acted on
 * (THREATS E2). One line a change, `checksum number json`; the line of a seat with the highest number counts, wherever
 * it stands; a line that is torn or damaged is dropped: its salt comes from the key again, its result from another run.
 */
export class Journal {
  readonly #file: string;
  readonly #disk: JournalDisk;
  readonly #records = new Map<string, Kept>();
  #next = 0;
  /** undefined: what the file holds is not known, and it is written anew before the next line. */
  #descriptor: number | undefined;

  private constructor(file: string, disk: JournalDisk) {
    this.#file = file;
    this.#disk = disk;
    this.#guarded(() => {
      disk.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      for (const kept of readLines(file, disk)) this.#keep(kept);
      killPoint("journal.read");
      this.#rewrite();
    });
  }

  static open(directory: string, disk: JournalDisk = fs): Journal {
    return new Journal(path.join(directory, "journal.log"), disk);
  }

  get(seat: string): SeatRecord | undefined {
    return this.#records.get(seat)?.record;
  }

  *all(): IterableIterator<SeatRecord> {
    for (const { record } of this.#records.values()) yield record;
  }

  /** Durable when it returns; when it throws, nothing may be sent that rests on it. */
  put(record: SeatRecord): void {
    this.#guarded(() => {
      const kept = { number: this.#next++, record };
      const descriptor = this.#descriptor ?? this.#rewrite();
      // Until it is synced nobody knows: a torn line would swallow the next one, and a failed sync is told once only.
      this.#descriptor = undefined;
      try {
        this.#append(descriptor, line(kept));
        killPoint("journal.written");
        this.#disk.fsyncSync(descriptor);
        killPoint("journal.synced");
      } catch (error) {
        this.#disk.closeSync(descriptor);
        throw error;
      }
      this.#descriptor = descriptor;
      this.#keep(kept);
    });
  }

  /**
   * For what a restart can do without. Where the disk refuses it, it stands in memory until the next line that the disk
   * takes writes all anew: the refusal, else undefined.
   */
  note(record: SeatRecord): UserError | undefined {
    try {
      this.put(record);
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#keep({ number: this.#next++, record });
      return error;
    }
  }

  /** Forgets seats whose task has ended; the file shrinks at the next start. */
  forget(seat: string): void {
    this.#records.delete(seat);
  }

  close(): void {
    this.#guarded(() => {
      if (this.#descriptor !== undefined) this.#disk.closeSync(this.#descriptor);
      this.#descriptor = undefined;
      this.#disk.closeSync(this.#rewrite());
      this.#descriptor = undefined;
    });
  }

  #keep({ number, record }: Kept): void {
    this.#next = Math.max(this.#next, number + 1);
    if ((this.#records.get(record.seat)?.number ?? -1) > number) return;
    this.#records.set(record.seat, { number, record });
  }

  /** A new file with what is known, in the place of the old one once it is on the disk; open for what follows. */
  #rewrite(): number {
    const disk = this.#disk;
    const temporary = `${this.#file}.tmp`;
    const descriptor = disk.openSync(temporary, "w", 0o600);
    try {
      for (const kept of this.#records.values()) this.#write(descriptor, line(kept));
      disk.fsyncSync(descriptor);
      killPoint("journal.copied");
      disk.renameSync(temporary, this.#file);
      killPoint("journal.renamed");
      this.#syncFolder();
    } catch (error) {
      disk.closeSync(descriptor);
      throw error;
    }
    this.#descriptor = descriptor;
    return descriptor;
  }

  /** Without it a power cut could bring back the old file, and all later lines would be in one that nobody finds. */
  #syncFolder(): void {
    const descriptor = this.#disk.openSync(path.dirname(this.#file), "r");
    try {
      this.#disk.fsyncSync(descriptor);
    } finally {
      this.#disk.closeSync(descriptor);
    }
  }

  #append(descriptor: number, text: string): void {
    if (isDying("journal.half")) {
      this.#write(descriptor, text.slice(0, text.length >> 1));
      dieNow();
    }
    this.#write(descriptor, text);
  }

  #write(descriptor: number, text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) {
      const written = this.#disk.writeSync(descriptor, bytes, at, bytes.length - at);
      if (written === 0) throw new Error("expected some bytes written, got none");
      at += written;
    }
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new UserError("E1437", `the executor's journal ${this.#file}: ${detail}`, { cause });
    }
  }
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function line({ number, record }: Kept): string {
  const text = `${number} ${JSON.stringify(record)}`;
  return `${checksum(text)} ${text}\n`;
}

function readLines(file: string, disk: JournalDisk): Kept[] {
  if (!disk.existsSync(file)) return [];
  const kept: Kept[] = [];
  for (const whole of disk.readFileSync(file, "utf8").split("\n")) {
    const text = whole.slice(17);
    if (whole.length <= 17 || whole.slice(0, 16) !== checksum(text)) continue;
    const json = text.indexOf("{");
    // Lines of an earlier version have no number: their order is that of the file.
    const number = json === 0 ? kept.length : Number(text.slice(0, json));
    kept.push({ number, record: JSON.parse(text.slice(json)) as SeatRecord });
  }
  return kept;
}

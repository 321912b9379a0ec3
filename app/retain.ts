import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { ConsensusParams } from "../proto/cosmos.ts";
import type { ChainState } from "./appState.ts";

type Mark = { readonly height: bigint; readonly timeMs: bigint };

// So many marks cover the time for which evidence is good.
const marksPerAge = 64n;
const largestStep = 1000n;

/**
 * Which heights are older than a time, known to a 64th of it. The file is written without a sync and read without
 * trust: what is lost of it only makes the node keep more.
 */
export class TimeMarks {
  readonly #file: string | undefined;
  readonly #ageMs: bigint;
  #marks: Mark[];

  constructor(file: string | undefined, ageMs: bigint) {
    this.#file = file;
    this.#ageMs = ageMs;
    this.#marks = file === undefined ? [] : readMarks(file);
  }

  get count(): number {
    return this.#marks.length;
  }

  note(height: bigint, timeMs: bigint): void {
    // After a rollback the heights above come again, with other times.
    this.#marks = this.#marks.filter((mark) => mark.height < height);
    const last = this.#marks.at(-1);
    if (last !== undefined && (timeMs - last.timeMs) * marksPerAge < this.#ageMs) return;
    this.#marks.push({ height, timeMs });
    const expired = this.#marks.filter((mark) => mark.timeMs + this.#ageMs < timeMs);
    this.#marks.splice(0, Math.max(0, expired.length - 1));
    this.#write();
  }

  /** The lowest height whose block may be younger than the age at `timeMs`; 0n when that is not known. */
  firstYoung(timeMs: bigint): bigint {
    const old = this.#marks.findLast((mark) => mark.timeMs + this.#ageMs < timeMs);
    return old === undefined ? 0n : old.height + 1n;
  }

  #write(): void {
    if (this.#file === undefined) return;
    const text = this.#marks.map(({ height, timeMs }) => `${height} ${timeMs}\n`).join("");
    try {
      writeFileSync(`${this.#file}.tmp`, text);
      renameSync(`${this.#file}.tmp`, this.#file);
    } catch (error) {
      // The block is committed: a disk that takes no marks is no reason to stop, the store says what is wrong.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
}

function readMarks(file: string): Mark[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const marks: Mark[] = [];
  // What a power cut left of a line would read as another height or time.
  for (const line of text.split("\n").slice(0, -1)) {
    const match = /^([0-9]{1,18}) ([0-9]{1,18})$/.exec(line);
    const height = BigInt(match?.[1] ?? -1);
    if (height > (marks.at(-1)?.height ?? 0n)) {
      marks.push({ height, timeMs: BigInt(match?.[2] ?? 0) });
    }
  }
  return marks;
}

/** Milliseconds for which evidence of a double signature is good. */
export function evidenceAgeMs({ evidence }: ConsensusParams): bigint {
  const { seconds = 0n, nanos = 0 } = evidence?.maxAgeDuration ?? {};
  return seconds * 1000n + BigInt(Math.ceil(nanos / 1_000_000));
}

/** Says which blocks CometBFT may drop: the least that everyone who may need one leaves over. */
export class Retention {
  readonly #state: ChainState;
  #marks: TimeMarks | undefined;

  constructor(state: ChainState) {
    this.#state = state;
  }

  /** After the commit of a block; 0n keeps all. */
  heightAfter(height: bigint, timeMs: bigint): bigint {
    const { config, params, db } = this.#state;
    const ageMs = evidenceAgeMs(params);
    this.#marks ??= new TimeMarks(config.timeMarksFile, ageMs);
    // Without an age every block would be a mark, and a file written, for nobody.
    if (ageMs > 0n) this.#marks.note(height, timeMs);
    const { minRetainBlocks } = config;
    if (minRetainBlocks === 0n) return 0n;
    const limits = [
      height - minRetainBlocks,
      // Evidence is too old only when it is so in blocks and in time.
      height - (params.evidence?.maxAgeNumBlocks ?? 0n),
      ...(ageMs === 0n ? [] : [this.#marks.firstYoung(timeMs)]),
      // A node that joins by the oldest snapshot, or an operator who rolls back to it, needs what follows it.
      ...(db.snapshots === undefined ? [] : [db.snapshots.heights[0] ?? 0n]),
    ];
    const least = limits.reduce((low, limit) => (limit < low ? limit : low));
    return least > 0n ? least - (least % stepOf(minRetainBlocks)) : 0n;
  }
}

/** In steps: CometBFT's pruning at every block would take a fifth of its speed (PERFORMANCE 5). */
function stepOf(minRetainBlocks: bigint): bigint {
  const tenth = minRetainBlocks / 10n;
  return tenth < 1n ? 1n : tenth > largestStep ? largestStep : tenth;
}

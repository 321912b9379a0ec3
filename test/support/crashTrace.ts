import assert from "node:assert/strict";
import { DbError, openDb, type Db, type Disk } from "../../app/db/index.ts";
import { toHex } from "../../core/bytes.ts";
import {
  crashKinds,
  damageKinds,
  damaged,
  killed,
  lost,
  reordered,
  stateId,
  torn,
  type StateKind,
} from "./crashStates.ts";
import { Killed, PowerDisk, type Files, type Moment } from "./powerDisk.ts";
import { runBlock, runBlocks, stores } from "./storeChain.ts";

type Random = (below: number) => number;

const dir = "/state";
export const folders = [dir, `${dir}/changes`, `${dir}/state-snapshots`];
const ours = "assay-test-1";

/** A moment of a run, with what the chain had promised by then and what it was writing. */
export type CrashPoint = {
  readonly moment: Moment;
  readonly promised: bigint;
  readonly writing: bigint;
};

export type Trace = { readonly points: readonly CrashPoint[]; readonly steps: Map<string, number> };

export function openOn(disk: Disk, chainId = ours): Db {
  return openDb(dir, {
    ...{ chainId, stores, keepVersions: 2, segmentBytes: 2_500 },
    ...{ snapshotEvery: 0n, keepSnapshots: 1, disk },
  });
}

/** App hashes by height of a chain whose power never failed. */
export function twinHashes(blocks: bigint): string[] {
  const db = openOn(PowerDisk.of(new Map(), folders).boot());
  return ["", ...runBlocks(db, blocks)];
}

/** The files of another chain after some blocks. */
export function foreignFiles(): Files {
  const disk = PowerDisk.of(new Map(), folders);
  runBlocks(openOn(disk.boot(), "assay-test-2"), 12n);
  return disk.files();
}

/**
 * A run of blocks with segment rolls, snapshots and pruned logs, whose process dies now and then between two
 * operations and starts again on what the machine still holds.
 */
export async function recordTrace(blocks: bigint, random: Random): Promise<Trace> {
  const disk = PowerDisk.of(new Map(), folders);
  const points: CrashPoint[] = [];
  const steps = new Map<string, number>();
  let promised = 0n;
  let writing = 0n;
  let untilDeath = 40;
  disk.onStep = (step) => {
    points.push({ moment: disk.moment(), promised, writing });
    steps.set(step, (steps.get(step) ?? 0) + 1);
    if (--untilDeath > 0) return;
    untilDeath = 5 + random(40);
    throw new Killed(step);
  };
  const life = async (): Promise<void> => {
    const db = openOn(disk.boot());
    promised = writing = db.lastHeight;
    while (db.lastHeight < blocks) {
      writing = db.lastHeight + 1n;
      runBlock(db, writing);
      promised = writing;
      if (writing % 5n === 0n) void db.takeSnapshot();
      // A snapshot is written while blocks go on.
      for (let ticks = random(5); ticks > 0; ticks--)
        await new Promise((resolve) => setImmediate(resolve));
    }
    await db.close();
  };
  while (promised < blocks) {
    try {
      await life();
    } catch (error) {
      const cause = error instanceof DbError ? error.cause : error;
      if (!(cause instanceof Killed)) throw error;
    }
    // The snapshot of a dead process must not go on in the next one.
    disk.boot();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { points, steps };
}

/** States of one point, each with its kind. */
export function* statesOf(
  { moment }: CrashPoint,
  foreign: Files,
  random: Random,
  amount: number,
): Generator<readonly [StateKind, Files]> {
  yield ["killed", killed(moment)];
  yield ["lost", lost(moment)];
  for (const files of torn(moment, random, 8 * amount)) yield ["torn", files];
  for (let i = 0; i < 4 * amount; i++) yield ["reordered", reordered(moment, random)];
  for (const kind of damageKinds) {
    for (let i = 0; i < amount; i++) {
      const base = i % 2 === 0 ? killed(moment) : lost(moment);
      const files = damaged(base, kind, foreign, random);
      if (files !== undefined) yield [kind, files];
    }
  }
}

export type Verdict = "kept" | "earlier" | "refused";

/** Opens a state with the real recovery and throws when what comes out is not allowed. */
export function judge(
  kind: StateKind,
  files: Files,
  { promised, writing }: CrashPoint,
  hashes: readonly string[],
  goOn: boolean,
): Verdict {
  const disk = PowerDisk.of(files, folders);
  let db: Db;
  try {
    db = openOn(disk.boot());
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    assert.match(error.code, /^E14\d\d$/);
    assert.ok(error.fix.length > 0 && error.where !== "");
    assert.ok(
      !["killed", "lost", "torn"].includes(kind),
      `${kind} state refused: ${error.message}`,
    );
    return "refused";
  }
  const height = db.lastHeight;
  assert.ok(height <= writing, `height: expected at most ${writing}, got ${height}`);
  if (height > 0n) assert.equal(toHex(db.appHash), hashes[Number(height)]);
  const mayFallBack = ["truncated", "zeroed", "removed", "renamed", "foreign"].includes(kind);
  assert.ok(mayFallBack || height >= promised, `${kind}: promised ${promised}, got ${height}`);
  if (goOn) {
    const next = hashes[Number(height + 1n)];
    if (next !== undefined) assert.equal(runBlock(db, height + 1n), next);
    const again = openOn(disk.boot());
    assert.equal(again.lastHeight, db.lastHeight);
    assert.equal(toHex(again.appHash), toHex(db.appHash));
  }
  return height >= promised ? "kept" : "earlier";
}

export type Tally = {
  readonly states: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly samples: readonly (readonly [StateKind, Files, CrashPoint])[];
};

/** Judges every distinct state of a trace. */
export function judgeAll(
  { points }: Trace,
  hashes: readonly string[],
  foreign: Files,
  random: Random,
  amount: number,
): Tally {
  const seen = new Set<string>();
  const states = new Set<string>();
  const byKind: Record<string, number> = {};
  const verdicts: Record<string, number> = {};
  const samples: (readonly [StateKind, Files, CrashPoint])[] = [];
  for (const point of points) {
    for (const [kind, files] of statesOf(point, foreign, random, amount)) {
      // The same files may hold enough before a promise and too little after it.
      const id = stateId(files);
      const question = `${id} ${point.promised} ${point.writing}`;
      if (seen.has(question)) continue;
      seen.add(question);
      states.add(id);
      const verdict = judge(kind, files, point, hashes, seen.size % 8 === 0);
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      const name = `${kind} ${verdict}`;
      verdicts[name] = (verdicts[name] ?? 0) + 1;
      if (seen.size % 400 === 0) samples.push([kind, files, point]);
    }
  }
  return { states: states.size, byKind, verdicts, samples };
}

export const allKinds: readonly StateKind[] = [...crashKinds, ...damageKinds];

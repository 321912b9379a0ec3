import assert from "node:assert/strict";
import {
  appHashOf,
  DbError,
  digest,
  openDb,
  rollback,
  type Db,
  type DbOptions,
  type Disk,
} from "../../app/db/index.ts";
import { toHex } from "../../core/bytes.ts";
import {
  crashKinds,
  damageKinds,
  damaged,
  damagedSidecar,
  killed,
  lost,
  reordered,
  sidecarKind,
  stateId,
  torn,
  type StateKind,
} from "./crashStates.ts";
import { Killed, PowerDisk, type Files, type Moment } from "./powerDisk.ts";
import { decodeManifest, type Offered } from "../../app/db/index.ts";
import { runBlock, runBlocks, stores } from "./storeChain.ts";

type Random = (below: number) => number;

const dir = "/state";
export const folders = [
  ...[dir, `${dir}/changes`],
  ...[`${dir}/state-snapshots`, `${dir}/snapshot-chunks`],
];
const ours = "assay-test-1";

/** A moment of a run, with what the chain had promised by then and what it was writing. */
export type CrashPoint = {
  readonly moment: Moment;
  readonly promised: bigint;
  readonly writing: bigint;
};

export type Trace = { readonly points: CrashPoint[]; readonly steps: Map<string, number> };

const optionsOn = (disk: Disk, chainId: string): DbOptions => ({
  ...{ chainId, stores, keepVersions: 2, segmentBytes: 2_500 },
  ...{ snapshotEvery: 0n, keepSnapshots: 1, disk },
});

export function openOn(disk: Disk, chainId = ours): Db {
  return openDb(dir, optionsOn(disk, chainId));
}

/** App hashes by height of a chain whose power never failed. */
export function twinHashes(blocks: bigint): string[] {
  const db = openOn(PowerDisk.of(new Map(), folders).boot());
  return ["", ...runBlocks(db, blocks)];
}

/** The files of another chain after some blocks. */
export async function foreignFiles(): Promise<Files> {
  const disk = PowerDisk.of(new Map(), folders);
  const db = openOn(disk.boot(), "assay-test-2");
  runBlocks(db, 10n);
  await db.takeSnapshot();
  runBlocks(db, 12n);
  return disk.files();
}

/** What a disk is asked to do in runs of blocks; `cut` only where a process died within a record. */
const everyStep = ["create", "write", "sync", "syncFolder", "rename", "remove", "cut"];

/**
 * Runs of blocks with segment rolls, snapshots and pruned logs, whose process dies now and then between two
 * operations and starts again on what the machine still holds: as many as it takes to see every step.
 */
export async function recordTrace(blocks: bigint, random: Random): Promise<Trace> {
  const all: Trace = { points: [], steps: new Map() };
  for (let runs = 0; !everyStep.every((step) => all.steps.has(step)); runs++) {
    assert.ok(runs < 20, `steps seen in ${runs} runs: ${[...all.steps.keys()].join(", ")}`);
    addTrace(all, await recordLives(blocks, random, () => undefined));
  }
  return all;
}

function addTrace(all: Trace, { points, steps }: Trace): void {
  for (const point of points) all.points.push(point);
  for (const [step, times] of steps) all.steps.set(step, (all.steps.get(step) ?? 0) + times);
}

/** The same of nodes that begin with a received snapshot, and before their first block take a newer one. */
export async function recordJoins(
  { heights, blocks, count }: { heights: readonly bigint[]; blocks: bigint; count: number },
  random: Random,
): Promise<Trace> {
  const gifts = await giftsAt(heights);
  const all: Trace = { points: [], steps: new Map() };
  for (let i = 0; i < count; i++) {
    const lives = await recordLives(blocks, random, (db, told) => {
      for (const gift of gifts) {
        if (!db.isRestorable || gift.height <= db.lastHeight) continue;
        told({ writing: gift.height });
        assert.ok(receive(db, gift));
        told({ promised: gift.height });
      }
    });
    addTrace(all, lives);
  }
  return all;
}

/** What a peer gives to a node that joins. */
export type Gift = {
  readonly height: bigint;
  readonly appHash: Uint8Array;
  readonly metadata: Uint8Array;
  readonly chunks: readonly Uint8Array[];
};

export async function giftsAt(heights: readonly bigint[]): Promise<Gift[]> {
  const gifts: Gift[] = [];
  const db = openOn(PowerDisk.of(new Map(), folders).boot());
  for (const height of heights) {
    runBlocks(db, height);
    await db.takeSnapshot();
    const offered = requireOffered(db, height);
    const chunks = offered.manifest.chunks.map((_, i) => requireChunk(db, height, i));
    gifts.push({ height, appHash: db.appHash, metadata: offered.metadata, chunks });
  }
  return gifts;
}

export function receive(db: Db, { height, appHash, metadata, chunks }: Gift): boolean {
  const block = { appHash, timeMs: 1000n * height, meta: new Uint8Array(0) };
  const intake = db.receive(decodeManifest(metadata), block);
  for (const chunk of chunks) assert.ok(intake.append(chunk));
  return db.restore(intake);
}

function requireOffered(db: Db, height: bigint): Offered {
  const found = db.snapshots.offered.find((one) => one.height === height);
  return found ?? assert.fail(`the snapshot of height ${height} is not offered`);
}

function requireChunk(db: Db, height: bigint, index: number): Uint8Array {
  return db.snapshots.chunk(height, index) ?? assert.fail(`no chunk ${index} of ${height}`);
}

type Told = { readonly promised?: bigint; readonly writing?: bigint };

async function recordLives(
  blocks: bigint,
  random: Random,
  begin: (db: Db, told: (what: Told) => void) => void,
): Promise<Trace> {
  const disk = PowerDisk.of(new Map(), folders);
  const points: CrashPoint[] = [];
  const steps = new Map<string, number>();
  let promised = 0n;
  let writing = 0n;
  let untilDeath = 5 + random(40);
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
    begin(db, (told) => ({ promised = promised, writing = writing } = told));
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
      const beside = i > 0 ? undefined : damagedSidecar(base, kind, foreign, random);
      if (beside !== undefined) yield [sidecarKind, beside];
    }
  }
}

const legal: readonly string[] = crashKinds;

/** What peers would be given after this start: of a state that no disk damaged, every snapshot and all of it. */
function judgeOffers(kind: StateKind, db: Db, hashes: readonly string[]): void {
  const { offered, heights } = db.snapshots;
  if (legal.includes(kind)) {
    assert.deepEqual(offered.map(({ height }) => height).toReversed(), heights, `${kind}: offers`);
  }
  for (const { height, manifest } of offered) {
    // Checked by whoever joins, with every chunk and the trees: here a damaged one must only not be sound.
    assert.equal(toHex(appHashOf(manifest)), hashes[Number(height)]);
    for (const [i, hash] of manifest.chunks.entries()) {
      const chunk = db.snapshots.chunk(height, i);
      if (legal.includes(kind)) assert.ok(chunk && toHex(digest(chunk)) === toHex(hash));
    }
  }
}

export type Verdict = "kept" | "earlier" | "refused";

/** What became of refused states whose error named `assay rollback`, when that was done. */
export type Fixes = { mended: number; refusedAgain: number };

/**
 * Does what the error says: either the state then opens at an earlier block with its app hash and goes on, or there is
 * no block to go back to, and the refusal says what else to do.
 */
function mend(
  files: Files,
  { fix }: DbError,
  { writing }: CrashPoint,
  hashes: readonly string[],
  fixes: Fixes,
): void {
  if (!fix.some((line) => line.startsWith("assay rollback"))) return;
  const disk = PowerDisk.of(files, folders).boot();
  let height: bigint;
  try {
    ({ height } = rollback(dir, optionsOn(disk, ours)));
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    const others = error.fix.filter((line) => !line.startsWith("assay rollback"));
    assert.ok(others.length > 0, `after a rollback: ${error.message}`);
    fixes.refusedAgain += 1;
    return;
  }
  const db = openOn(disk);
  assert.equal(db.lastHeight, height);
  assert.ok(height >= 1n && height <= writing, `rolled back to ${height} of ${writing}`);
  assert.equal(toHex(db.appHash), hashes[Number(height)]);
  const next = hashes[Number(height + 1n)];
  if (next !== undefined) assert.equal(runBlock(db, height + 1n), next);
  fixes.mended += 1;
}

/** Refused is what a disk damaged, with a code and a way out; never what a crash alone may leave. */
function openOrRefused(disk: PowerDisk, kind: StateKind): Db | DbError {
  try {
    return openOn(disk.boot());
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    assert.match(error.code, /^E14\d\d$/);
    assert.ok(error.fix.length > 0 && error.where !== "");
    assert.ok(
      !["killed", "lost", "torn", sidecarKind].includes(kind),
      `${kind} state refused: ${error.message}`,
    );
    return error;
  }
}

/** Opens a state with the real recovery and throws when what comes out is not allowed. */
export function judge(
  kind: StateKind,
  files: Files,
  point: CrashPoint,
  hashes: readonly string[],
  goOn: boolean,
  fixes: Fixes,
): Verdict {
  const { promised, writing } = point;
  const disk = PowerDisk.of(files, folders);
  const db = openOrRefused(disk, kind);
  if (db instanceof DbError) {
    if (goOn) mend(files, db, point, hashes, fixes);
    return "refused";
  }
  const height = db.lastHeight;
  assert.ok(height <= writing, `height: expected at most ${writing}, got ${height}`);
  if (height > 0n) assert.equal(toHex(db.appHash), hashes[Number(height)]);
  const mayFallBack = ["truncated", "zeroed", "removed", "renamed", "foreign"].includes(kind);
  assert.ok(mayFallBack || height >= promised, `${kind}: promised ${promised}, got ${height}`);
  judgeOffers(kind, db, hashes);
  if (goOn) {
    const next = hashes[Number(height + 1n)];
    if (next !== undefined) assert.equal(runBlock(db, height + 1n), next);
    const again = openOrRefused(disk, kind);
    // A foreign snapshot was no start for the block before, and is the first choice for this one.
    if (again instanceof DbError) {
      assert.equal(kind, "foreign", again.message);
      return "refused";
    }
    assert.equal(again.lastHeight, db.lastHeight);
    assert.equal(toHex(again.appHash), toHex(db.appHash));
  }
  return height >= promised ? "kept" : "earlier";
}

export type Tally = {
  readonly states: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly fixes: Readonly<Fixes>;
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
  const fixes: Fixes = { mended: 0, refusedAgain: 0 };
  const samples: (readonly [StateKind, Files, CrashPoint])[] = [];
  for (const point of points) {
    for (const [kind, files] of statesOf(point, foreign, random, amount)) {
      // The same files may hold enough before a promise and too little after it.
      const id = stateId(files);
      const question = `${id} ${point.promised} ${point.writing}`;
      if (seen.has(question)) continue;
      seen.add(question);
      states.add(id);
      const verdict = judge(kind, files, point, hashes, seen.size % 8 === 0, fixes);
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      const name = `${kind} ${verdict}`;
      verdicts[name] = (verdicts[name] ?? 0) + 1;
      if (seen.size % 400 === 0) samples.push([kind, files, point]);
    }
  }
  return { states: states.size, byKind, verdicts, fixes, samples };
}

export const allKinds: readonly StateKind[] = [...crashKinds, ...damageKinds, sidecarKind];

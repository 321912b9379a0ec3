import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../client/index.ts";
import { Journal, type SeatRecord } from "../../executor/journal.ts";
import { commitmentOf, recordOf } from "../../executor/posts.ts";
import { toHex } from "../../core/bytes.ts";
import { Compare, Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import { Seat, SeatStatus, Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { journalFile, MemoryJournalDisk, type FaultPlan } from "../support/journalDisk.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? "1");
const replay = `replay: TEST_SEED=${seed} npx tsx --test test/crash/journal.test.ts`;
const chainId = "assay-test-1";
const secret = new Uint8Array(32).fill(7);
const compare = Compare.COMPARE_EXACT;

type Random = (below: number) => number;

function placeOf(id: number, attempt: number): { task: Task; seat: Seat } {
  const status = SeatStatus.SEAT_STATUS_OPEN;
  const seat = Seat.fromPartial({ node: "node", role: Role.ROLE_EXECUTOR, attempt, status });
  return { task: Task.fromPartial({ id: BigInt(id), attempt, validators: 2, compare }), seat };
}

/** A run of a service that answers otherwise each time it is asked. */
function runOf(id: number, attempt: number, random: Random): SeatRecord {
  const { task, seat } = placeOf(id, attempt);
  const output = Uint8Array.from([id, attempt, random(256), random(256)]);
  return recordOf(chainId, task, seat, { output }, { compare, fields: [] }, secret);
}

function commitment(record: SeatRecord): string {
  const { task, seat } = placeOf(Number(record.taskId), record.attempt);
  return toHex(commitmentOf(chainId, task, seat, record));
}

const sent = (hash: string) => ({ hash, bytes: "Ynl0ZXM=", timeoutHeight: "9" });

/** What an executor writes for some seats: a result, its commit, now and then another attempt, the reveal. */
function historyOf(random: Random): SeatRecord[] {
  const seats = Array.from({ length: 4 }, (_, id) => {
    const attempts = Array.from({ length: 1 + random(2) }, (_, i) => runOf(id, i + 1, random));
    return attempts.flatMap((run, i) => [
      run,
      { ...run, commit: sent(`C${id}${i}`) },
      ...(i + 1 < attempts.length ? [run] : [{ ...run, commit: sent("C"), reveal: sent("R") }]),
    ]);
  });
  const order: SeatRecord[] = [];
  while (seats.some((left) => left.length > 0)) {
    const next = seats[random(seats.length)]?.shift();
    if (next !== undefined) order.push(next);
  }
  return order;
}

type Damage = (lines: string[], random: Random) => string[];

function swapped(lines: string[], random: Random): string[] {
  const out = [...lines];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [out[i], out[j]] = [out[j] ?? "", out[i] ?? ""];
  }
  return out;
}

/** Those of them that are whole stay, wherever they are. */
const harmless: Record<string, Damage> = {
  reordered: swapped,
  duplicated(lines, random) {
    const out = [...lines];
    for (let i = 0; i < 4; i++)
      out.splice(random(out.length + 1), 0, lines[random(lines.length)] ?? "");
    return out;
  },
  "an old line at the end": (lines, random) => [...lines, lines[random(lines.length)] ?? ""],
  "the second half first": (lines) => [
    ...lines.slice(lines.length >> 1),
    ...lines.slice(0, lines.length >> 1),
  ],
};

function flipped(text: string, random: Random): string {
  const bytes = Buffer.from(text);
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(7));
  return bytes.toString("latin1");
}

/** Some line is lost. */
const harmful: Record<string, Damage> = {
  "flipped bits": (lines, random) => flipped(lines.join("\n"), random).split("\n"),
  torn: (lines, random) => {
    const text = lines.join("\n");
    return text.slice(0, random(text.length)).split("\n");
  },
  "a lost line": (lines, random) => lines.toSpliced(random(lines.length), 1),
  "a torn line amid others": (lines, random) =>
    lines.map((line, i) => (i === random(3) ? line.slice(0, random(line.length)) : line)),
  "reordered and flipped": (lines, random) =>
    flipped(swapped(lines, random).join("\n"), random).split("\n"),
};

const rounds = 400;

describe(`E2: states of the executor's journal, seed ${seed}`, () => {
  for (const [name, damage] of Object.entries({ ...harmless, ...harmful })) {
    it(`E2: ${name}: no seat has a result that was not its own, none goes back to an older attempt`, (test) => {
      const random = seededRandom(seed);
      for (let round = 0; round < rounds; round++) {
        const history = historyOf(random);
        const disk = new MemoryJournalDisk();
        const journal = Journal.open("data", disk);
        for (const record of history) journal.put(record);
        const lines = disk.contents(journalFile).toString("utf8").trimEnd().split("\n");
        assert.equal(lines.length, history.length);
        const after = new MemoryJournalDisk();
        after.place(journalFile, Buffer.from(`${damage(lines, random).join("\n")}\n`, "latin1"));
        requireOwn(Journal.open("data", after), history, name in harmless, round);
      }
      test.diagnostic(`reliability: states of the executor's journal = ${rounds}`);
    });
  }
});

/** With every line there the last is known; a commitment is one that the seat itself made for that attempt. */
function requireOwn(
  journal: Journal,
  history: readonly SeatRecord[],
  whole: boolean,
  round: number,
): void {
  for (const seat of new Set(history.map((record) => record.seat))) {
    const own = history.filter((record) => record.seat === seat);
    const got = journal.get(seat);
    if (whole) assert.deepEqual(got, own.at(-1), `${replay}, round ${round}`);
    if (got === undefined) continue;
    const same = own.filter(({ attempt }) => attempt === got.attempt);
    assert.ok(same.some((record) => commitment(record) === commitment(got)));
    assert.ok(
      own.some((record) => JSON.stringify(record) === JSON.stringify(got)),
      `${replay}, round ${round}`,
    );
  }
}

describe(`E2: faults of the disk under the executor's journal, seed ${seed}`, () => {
  for (const fault of ["ENOSPC", "EIO", "EROFS", "short"] as const) {
    it(`E2: ${fault}, once or from then on, then kill -9 or a power cut: what was promised is there, the rest is an E-code`, (test) => {
      const random = seededRandom(seed);
      let faults = 0;
      for (const forever of [false, true]) {
        for (let at = 0, fired = 1; fired > 0; at++) {
          const history = historyOf(random);
          fired = live(history, { fault, at, forever });
          faults += fired;
        }
      }
      assert.ok(faults > 40, `faults: ${faults}`);
      test.diagnostic(`reliability: disk faults of the executor's journal: ${fault} = ${faults}`);
    });
  }
});

/** An executor that tries again what failed, as its next round does; how many faults it met. */
function live(history: readonly SeatRecord[], plan: FaultPlan): number {
  const disk = new MemoryJournalDisk();
  disk.break(plan);
  const promised = new Map<string, number>();
  let journal: Journal | undefined;
  const tried = (step: () => void): boolean => {
    try {
      step();
      return true;
    } catch (error) {
      assert.ok(error instanceof UserError && error.code === "E1437", String(error));
      assert.ok(error.fix.length > 0);
      return false;
    }
  };
  for (const [index, record] of history.entries()) {
    for (let round = 0; round < 2; round++) {
      if (journal === undefined) tried(() => (journal = Journal.open("data", disk)));
      const open = journal;
      if (open === undefined || !tried(() => open.put(record))) continue;
      promised.set(record.seat, index);
      break;
    }
    requirePromised(disk, promised, history, false);
  }
  const { fired } = disk;
  disk.break(undefined);
  // The same process goes on once there is room.
  journal ??= Journal.open("data", disk);
  const last = history.at(-1) ?? assert.fail();
  journal.put(last);
  promised.set(last.seat, history.length - 1);
  requirePromised(disk, promised, history, true);
  return fired;
}

/** A copy of the disk as another process finds it: nothing that was promised is lost, not even to a power cut. */
function requirePromised(
  disk: MemoryJournalDisk,
  promised: ReadonlyMap<string, number>,
  history: readonly SeatRecord[],
  cut: boolean,
): void {
  if (cut) disk.cutPower();
  const copy = new MemoryJournalDisk();
  copy.place(journalFile, disk.contents(journalFile));
  const journal = Journal.open("data", copy);
  for (const [seat, index] of promised) {
    const got = JSON.stringify(journal.get(seat) ?? assert.fail(`lost: ${seat}; ${replay}`));
    // A line whose write failed may be on the disk all the same: it is the seat's next one.
    const found = history.findLastIndex((record) => JSON.stringify(record) === got);
    assert.ok(found >= index, `${seat}: expected line ${index}, got ${found}; ${replay}`);
  }
}

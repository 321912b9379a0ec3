import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { Recorder } from "./recording.ts";
import { habits, Simulation } from "./simulation.ts";
import { Tallies } from "./tallies.ts";

/**
 * What every slice must reach: a state that is never visited is a state that is never tested. A third attempt, a missed
 * seat after its commit and the end of all commits in UNAVAILABLE come some ten times a slice at the mean, in clusters:
 * docs/RELIABILITY.md counts them, no slice of any seed can be asked for them.
 */
const reached = [
  "transition: requested -> commit",
  "transition: commit -> commit",
  "transition: commit -> reveal",
  "transition: commit -> valid",
  "transition: commit -> no majority",
  "transition: commit -> expired",
  "transition: reveal -> valid",
  "transition: reveal -> unavailable",
  "transition: reveal -> no majority",
  "task ended: cancelled",
  "task ended: valid overruled",
  "attempts of a task: 2",
  "seat: open, missed",
  "seat: open, nothing",
  "seat: committed, slashed",
  "seat: committed, post fees",
  "seat: replaced, missed",
  "seat: replaced, nothing",
  "seat: revealed, paid",
  "seat: revealed, slashed",
  "seat: revealed, missed",
  "seat: revealed, post fees",
  "seat: revealed, nothing",
  "seat: void, slashed",
  "cap requests per block",
  "grant: made",
  "grant: paid by a basic one",
  "grant: paid by a periodic one",
  "grant: paid for allowed messages",
  "grant: paid for a message that failed",
  "grant: next period",
  "grant: spent to its end",
  "grant: expired",
  "grant: revoked",
  "grant: refused feegrant/2",
  "grant: refused feegrant/3",
  "grant: refused feegrant/7",
  "grant: refused sdk/38",
  "group: paid",
  "healed",
];

const faultKinds = 25;
/** Of a slice's first seed, for each variant of test/sim/variants.ts: a process takes half a second more for 200. */
const recordedBlocks = 400;

export type Slice = {
  readonly seed: number;
  readonly runs: number;
  readonly blocks: number;
  /** The file that the blocks of the first seed are written to, for other processes. */
  readonly recording?: string;
};

/** Runs one after the other from seeds that follow the first; the sum of what they tried. */
export async function runSlice(test: TestContext, slice: Slice): Promise<Tallies> {
  const all = new Tallies();
  for (let i = 0; i < slice.runs; i++) {
    const seed = slice.seed + i;
    const disk = i % 5 === 0;
    const recorder =
      i === 0 && slice.recording !== undefined ? new Recorder(slice.recording) : undefined;
    let kinds: readonly string[] = [];
    let left = recordedBlocks + 1;
    const record: Recorder["record"] = (...line) => {
      if (left-- <= 0) return;
      recorder?.record(...line);
      // The first line is written while the simulation is made.
      if (line[0] === "block") kinds = kindsOf(simulation.tallies);
    };
    const recorded = recorder === undefined ? {} : { record };
    const simulation: Simulation = new Simulation({
      seed,
      blocks: slice.blocks,
      disk,
      ...recorded,
    });
    try {
      await simulation.run();
    } catch (error) {
      const replay = `node dist/test/sim/once.js ${seed} ${slice.blocks}${disk ? " disk" : ""}`;
      throw new Error(`seed ${seed}, height ${simulation.net.height}; replay: ${replay}`, {
        cause: error,
      });
    }
    recorder?.close();
    const { tallies, blocks } = simulation.facts;
    if (recorder !== undefined) requireKinds(test, kinds);
    all.merge(tallies);
    all.add("blocks", blocks);
    all.add("replica blocks", blocks * (habits.length + (disk ? 1 : 0)));
  }
  for (const [name, count] of Object.entries(all.toJSON())) {
    if (!name.startsWith("code ")) test.diagnostic(`reliability: sim ${name} = ${count}`);
  }
  return all;
}

const kindsOf = (all: Tallies): string[] =>
  Object.keys(all.toJSON()).filter((name) => name.startsWith("fault: "));

/** What other processes replay must have been hostile too. */
function requireKinds(test: TestContext, { length }: readonly string[]): void {
  test.diagnostic(`fault kinds in the recording: ${length}`);
  assert.ok(length >= faultKinds, `recording: expected ${faultKinds} fault kinds, got ${length}`);
}

/** The states that were never reached. */
export const missingOf = (all: Tallies): string[] => reached.filter((name) => all.get(name) === 0);

/** A fault that nobody tried proves nothing, nor does a state that nobody reached. */
export function requireCoverage(all: Tallies): void {
  assert.deepEqual(missingOf(all), [], "states that were never reached");
  const kinds = kindsOf(all);
  assert.ok(
    kinds.length >= faultKinds,
    `faults: expected ${faultKinds} kinds, got ${kinds.length}`,
  );
}

/** Of this run of all tests; 1 where a file is run by hand. */
export const testSeed = Number(process.env["TEST_SEED"] ?? "1");

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { DbError } from "../../app/db/index.ts";
import { toHex } from "../../core/bytes.ts";
import {
  allKinds,
  foreignFiles,
  judgeAll,
  recordJoins,
  recordTrace,
  twinHashes,
} from "../support/crashTrace.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { open, withFolder } from "../support/storeChain.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const blocks = 100n;

describe(`T7: crash states of our files, seed ${seed}`, () => {
  it("B25: each of 20,000 states gives the promised block with its app hash, or is refused with a way out", async (context) => {
    const random = seededRandom(seed);
    const trace = await recordTrace(blocks, random);
    const hashes = twinHashes(blocks + 1n);
    const tally = judgeAll(trace, hashes, await foreignFiles(), random, 5);
    for (const kind of allKinds) assert.ok((tally.byKind[kind] ?? 0) > 0, `no state ${kind}`);
    context.diagnostic(`reliability: crash points = ${trace.points.length}`);
    for (const [name, count] of Object.entries(tally.verdicts))
      context.diagnostic(`reliability: crash states: ${name} = ${count}`);
    assert.ok(tally.states >= 20_000, `states: ${tally.states}`);
    const { mended, refusedAgain } = tally.fixes;
    context.diagnostic(`reliability: refused states mended by the named fix = ${mended}`);
    context.diagnostic(
      `reliability: refused states without a block to go back to = ${refusedAgain}`,
    );
    assert.ok(mended >= 200, `mended: ${mended}`);

    await onRealDisk(tally.samples, hashes);
    context.diagnostic(`reliability: crash states on a real disk = ${tally.samples.length}`);
  });

  it("SS: a node that joins by a snapshot has it or has nothing after each of 5,000 states, and serves it whole", async (context) => {
    const random = seededRandom(seed + 1);
    const plan = { heights: [8n, 12n], blocks: 16n, count: 8 };
    const trace = await recordJoins(plan, random);
    // The way there, and the first record after it.
    const joined = trace.points.filter(({ writing }) => writing <= 13n);
    assert.ok(joined.length > 40, `points: ${joined.length}`);
    const hashes = twinHashes(plan.blocks + 1n);
    const foreign = await foreignFiles();
    const tally = judgeAll({ ...trace, points: joined }, hashes, foreign, random, 6);
    context.diagnostic(`reliability: crash points of a join = ${joined.length}`);
    for (const [name, count] of Object.entries(tally.verdicts))
      context.diagnostic(`reliability: crash states of a join: ${name} = ${count}`);
    assert.ok(tally.states >= 5_000, `states: ${tally.states}`);
  });
});

/** The same verdicts where the files lie in a folder of the machine. */
async function onRealDisk(
  samples: Awaited<ReturnType<typeof judgeAll>>["samples"],
  hashes: readonly string[],
): Promise<void> {
  assert.ok(samples.length > 20);
  for (const [, files, { writing }] of samples) {
    await withFolder(async (root) => {
      for (const [path, bytes] of files) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), bytes);
      }
      mkdirSync(join(root, "state"), { recursive: true });
      try {
        const db = open(join(root, "state"), { keepVersions: 4, segmentBytes: 2_500 });
        assert.ok(db.lastHeight <= writing);
        if (db.lastHeight > 0n) assert.equal(toHex(db.appHash), hashes[Number(db.lastHeight)]);
        await db.close();
      } catch (error) {
        if (!(error instanceof DbError)) throw error;
      }
    });
  }
}

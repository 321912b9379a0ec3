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
    for (const step of ["create", "write", "sync", "syncFolder", "rename", "remove", "cut"])
      assert.ok((trace.steps.get(step) ?? 0) > 0, `the run has no ${step}`);
    const hashes = twinHashes(blocks + 1n);
    const tally = judgeAll(trace, hashes, foreignFiles(), random, 6);
    for (const kind of allKinds) assert.ok((tally.byKind[kind] ?? 0) > 0, `no state ${kind}`);
    context.diagnostic(`reliability: crash points = ${trace.points.length}`);
    context.diagnostic(`reliability: crash states = ${tally.states}`);
    for (const [name, count] of Object.entries(tally.verdicts))
      context.diagnostic(`reliability: crash states ${name} = ${count}`);
    assert.ok(tally.states >= 20_000, `states: ${tally.states}`);

    await onRealDisk(tally.samples, hashes);
    context.diagnostic(`reliability: crash states on a real disk = ${tally.samples.length}`);
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

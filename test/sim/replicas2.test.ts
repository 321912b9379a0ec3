import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { requireCoverage, runSlice, testSeed } from "./slice.ts";
import { replayed, variants } from "./variants.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-recording-"));
const recording = join(folder, "blocks.jsonl");

describe("the same blocks on replicas that differ, half 2 of the seeds", () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("B1, D17: no block forks, every invariant holds, and all work comes to its end", async (test) => {
    const slice = { seed: testSeed * 1_000 + 500, runs: 10, blocks: 1_010, recording };
    requireCoverage(await runSlice(test, slice));
  });

  for (const variant of variants)
    it(`D1, D6, D7, D14, D16, D17, D18: app hashes and texts do not depend on ${variant.name}`, (test) =>
      replayed(test, variant, recording));
});

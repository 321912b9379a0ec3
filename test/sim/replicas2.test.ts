import { describe, it } from "node:test";
import { requireCoverage, runSlice, testSeed } from "./slice.ts";

describe("the same blocks on replicas that differ, half 2 of the seeds", () => {
  it("B1, D17: no block forks, every invariant holds, and all work comes to its end", async (test) => {
    requireCoverage(
      await runSlice(test, { seed: testSeed * 1_000 + 500, runs: 10, blocks: 1_010 }),
    );
  });
});

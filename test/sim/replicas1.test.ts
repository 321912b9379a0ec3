import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { requireCoverage, runSlice, testSeed } from "./slice.ts";
import { replay, replayed, variants } from "./variants.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-recording-"));
const recording = join(folder, "blocks.jsonl");

describe("the same blocks on replicas that differ, half 1 of the seeds", () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("B1, D17: no block forks, every invariant holds, and all work comes to its end", async (test) => {
    const slice = { seed: testSeed * 1_000 + 0, runs: 10, blocks: 1_010, recording };
    requireCoverage(await runSlice(test, slice));
  });

  for (const variant of variants)
    it(`D1, D6, D7, D14, D16, D17, D18: app hashes and texts do not depend on ${variant.name}`, (test) =>
      replayed(test, variant, recording));

  it("a recorded hash that is wrong by one bit is told", async () => {
    const lines = readFileSync(recording, "utf8").split("\n");
    const line = JSON.parse(lines[50] ?? "") as { hash: string };
    const digit = line.hash.startsWith("0") ? "1" : "0";
    lines[50] = JSON.stringify({ ...line, hash: digit + line.hash.slice(1) });
    const spoilt = join(folder, "spoilt.jsonl");
    writeFileSync(spoilt, lines.join("\n"));
    assert.match((await replay({ name: "fresh" }, spoilt)) ?? "", /^height 50: app hash: expected/);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Recorder } from "./recording.ts";
import { Simulation } from "./simulation.ts";
import { testSeed } from "./slice.ts";
import { nodeOf, replay, variants } from "./variants.ts";

const blocks = 400;
const otherNodes = ["20.20.2", "22.23.3", "24.21.0"];

describe("the same blocks in other processes", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-recording-"));
  const recording = join(folder, "blocks.jsonl");
  after(() => rmSync(folder, { recursive: true, force: true }));

  before(async () => {
    const recorder = new Recorder(recording);
    const { record } = recorder;
    const simulation = new Simulation({ seed: testSeed, blocks, record });
    await simulation.run();
    recorder.close();
  });

  for (const variant of variants) {
    it(`D1, D6, D7, D16, D17: the app hashes do not depend on ${variant.name}`, async (test) => {
      assert.equal(await replay(variant, recording), undefined);
      test.diagnostic(`reliability: replay variants = 1`);
      test.diagnostic(`reliability: replayed blocks = ${blocks}`);
    });
  }

  for (const version of otherNodes) {
    it(`D18: the app hashes do not depend on Node: ${version}`, async (test) => {
      const found = nodeOf(version);
      if ("reason" in found) {
        test.skip(found.reason);
        return;
      }
      const variant = { name: version, node: found.path };
      assert.equal(await replay(variant, recording), undefined);
      test.diagnostic(`reliability: replay variants = 1`);
      test.diagnostic(`reliability: replayed blocks = ${blocks}`);
    });
  }

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

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { control, patchNames, plant } from "./plant.ts";

const seed = Number(process.env["TEST_SEED"] ?? "1");
const perRun = 5;

describe("bugs planted on purpose", () => {
  const names = patchNames();

  it("there are at least twenty", () => {
    assert.ok(names.length >= 20, `planted bugs: expected 20, got ${names.length}`);
  });

  it("nothing is found where nothing was planted", async () => {
    const { found, text } = await control(seed, 500);
    assert.equal(found, false, text);
  });

  // Which five of them is the seed's choice, so that all have their turn: `npm run soak -- --only planted` runs them all.
  const chosen = Array.from(
    { length: perRun },
    (_, i) => names[(seed * perRun + i) % names.length],
  );
  for (const name of chosen) {
    it(`${name ?? "none"} is found`, async (test) => {
      const { found, by, blocks, text } = await plant(name ?? "none", seed);
      assert.ok(found, `${by}: ${text}`);
      test.diagnostic(`planted ${name ?? ""}: found by ${by} after ${blocks} blocks: ${text}`);
      test.diagnostic("reliability: planted bugs found = 1");
      test.diagnostic("reliability: planted bugs tried = 1");
    });
  }
});

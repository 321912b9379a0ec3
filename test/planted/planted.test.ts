import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { control, patchNames, plant } from "./plant.ts";
import { brokenCode, typeFaults } from "./rot.ts";

const seed = Number(process.env["TEST_SEED"] ?? "1");
const perRun = 5;

describe("bugs planted on purpose", () => {
  const names = patchNames();

  it("there are at least twenty", () => {
    assert.ok(names.length >= 20, `planted bugs: expected 20, got ${names.length}`);
  });

  it("a patch that no longer fits the code around it is rotten, not found", () => {
    const file = "app/appState.ts";
    const source = readFileSync(join(import.meta.dirname, "../../..", file), "utf8");
    assert.deepEqual(typeFaults(new Map([[file, source]])), []);
    const old = source.replace("this.db.multistore.view()", "this.check.store");
    const [fault] = typeFaults(new Map([[file, old]]));
    assert.equal(fault, "Property 'store' does not exist on type 'CheckState'.");
    const died = `${String(new TypeError("Cannot read properties of undefined"))} (reading 'get')`;
    assert.equal(brokenCode(`replay: ${died}\n  at here`), died);
    assert.equal(brokenCode("height 12: app hash: expected 1, got 2"), undefined);
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

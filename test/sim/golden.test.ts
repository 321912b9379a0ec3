import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goldenChain } from "./golden.ts";
import { readRecording } from "./recording.ts";
import { replay } from "./variants.ts";

const told = `this commit changes what blocks come to: a chain that runs would fork. If that is meant: a line with
**consensus-breaking** in CHANGELOG.md, and \`npx tsx test/sim/makeGolden.ts\``;

describe("the golden chain", () => {
  it("D18: has the app hash and the answers of every block that it had when it was recorded", async (test) => {
    const { blocks } = readRecording(goldenChain);
    assert.ok(blocks.length >= 1_000, `golden chain: ${blocks.length} blocks`);
    assert.equal(await replay({ name: "golden" }, goldenChain), undefined, told);
    test.diagnostic(`reliability: golden blocks = ${blocks.length}`);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KillPoints } from "../../../core/killPoints.ts";

class Died extends Error {}

const make = (): KillPoints<"a" | "b"> =>
  new KillPoints(["a", "b"] as const, () => {
    throw new Died();
  });

describe("kill points", () => {
  it("die when the point is passed for the count, not before and at no other", () => {
    const life = make();
    assert.ok(life.arm("b:2", "assay-test-1"));
    life.pass("a");
    life.pass("b");
    life.pass("a");
    assert.throws(() => life.pass("b"), Died);
  });

  it("without a count die at the first; once only", () => {
    const life = make();
    assert.ok(life.arm("a", "my-chain-local-12"));
    assert.ok(life.isArmed);
    assert.ok(life.isDying("a"));
    assert.ok(!life.isDying("a"));
  });

  it("are armed on chains for tests alone, and with a known point and a count", () => {
    const wrong: readonly (readonly [string, string])[] = [
      ...["assay-1", "assay-main-1", "local-1", "assay-local-", "assay-local-1x", ""].map(
        (chain) => ["a:1", chain] as const,
      ),
      ...["c:1", "a:0", "a:-1", "a:1.5", "a:x", "", ":1"].map(
        (spec) => [spec, "assay-dev-1"] as const,
      ),
    ];
    for (const [spec, chain] of wrong) {
      const life = make();
      assert.ok(!life.arm(spec, chain), `${spec} on ${chain}`);
      assert.ok(!life.isArmed);
      life.pass("a");
    }
  });
});

import assert from "node:assert/strict";
import path from "node:path";
import { after, describe, it } from "node:test";
import { soloFallback } from "../../cli/comet/choose.ts";
import { soloPath } from "../../cli/supervise/engine.ts";
import { TestLocalnet, finish } from "../support/localnet.ts";

describe("solo: npm start on a machine without CometBFT and Go", { timeout: 300_000 }, () => {
  const net = new TestLocalnet(soloPath);
  after(() => net.remove());

  it("runs on the solo engine with one line about it on stderr, and goes on with it", async () => {
    const env = { PATH: path.join(net.data, "none"), HOME: net.data, CI: "true" };
    for (const when of ["first", "again"]) {
      const { code, out, err } = await finish("localnet/main", await net.args("--once"), env);
      assert.equal(code, 0, out + err);
      assert.match(out, /^READY .* engine=solo height=\d+$/m);
      assert.match(out, /ok {2}engine +solo \(development, no consensus\)/);
      // A network that is there already needs no explanation.
      assert.equal(err, when === "first" ? `${soloFallback}\n` : "");
    }
    const asked = await finish("localnet/main", await net.args("--once", "--engine", "comet"), env);
    assert.equal(asked.code, 1);
    assert.match(asked.err, /error E1203/);
  });

  it("assay status says what the engine is", async () => {
    await net.start();
    const { code, out } = await net.cli("status");
    assert.equal(code, 0);
    assert.match(out, / · solo \(development, no consensus\) · /);
    assert.doesNotMatch(out, /CometBFT/);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cometForTests } from "../support/comet.ts";
import { OneHome } from "../support/oneHome.ts";

const { path: engine, skip } = await cometForTests();

describe("one home, by the commands of an operator", { skip, timeout: 300_000 }, () => {
  let node: OneHome;

  before(async () => {
    node = await OneHome.make(engine);
    await node.start();
  });
  after(() => node.remove());

  it("serves health: both engines hold the four connections that it asks for", async () => {
    const response = await fetch(node.page("health"));
    const health = (await response.json()) as Record<string, unknown>;
    assert.equal(response.status, 200, JSON.stringify(health));
    assert.equal(health["status"], "ok");
    assert.deepEqual(health["faults"], []);
    assert.equal(health["comet_connections"], 4);
    assert.ok(Number(health["height"]) >= 1);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cometForTests, engineName, onSolo } from "../support/comet.ts";
import { soloNotice } from "../../cli/supervise/engine.ts";
import { connectRpc, timeTravel, UserError } from "../../client/index.ts";
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

  it("doctor finds no fault while it runs, and names the engine that runs", async () => {
    const { status, text } = await node.assay("doctor");
    assert.equal(status, 0, text);
    const notice = soloNotice.replace(/[()]/g, "\\$&");
    const shown = onSolo ? notice : "CometBFT 0\\.38\\.\\d+";
    const title = onSolo ? "the solo engine" : "CometBFT";
    assert.match(text, new RegExp(`^ {2}ok {4}engine +${shown}`, "m"));
    assert.match(text, new RegExp(`^ {2}ok {4}rpc .* ${shown} {3}height \\d+$`, "m"));
    assert.match(
      text,
      new RegExp(`^ {2}ok {4}heights +app (?:and|at).* ${title} (?:are )?(?:both )?at`, "m"),
    );
    assert.match(text, /^ {2}ok {4}health /m);
    if (onSolo) assert.doesNotMatch(text, /CometBFT/);
  });

  it("E3301: time travel is the solo engine's alone, and the client says where to find it", async () => {
    const chain = timeTravel(connectRpc(node.rpc.url));
    if (onSolo) {
      const { height } = await chain.snapshot();
      assert.ok((await chain.advanceBlocks(2)) >= height + 2n);
      return;
    }
    const works = [
      () => chain.advanceBlocks(1),
      () => chain.advanceTime(1),
      () => chain.setSigning("00", true),
      () => chain.causeDoubleSign("00"),
      () => chain.snapshot(),
      () => chain.revert({ id: "1" }),
    ];
    for (const work of works)
      await assert.rejects(work, (error) => error instanceof UserError && error.code === "E3301");
  });

  it("status and the lines of the log name it too", async () => {
    const { out } = await node.must("status");
    assert.match(
      out,
      onSolo ? / · solo \(development, no consensus\) · / : / · CometBFT 0\.38\.\d+ · /,
    );
    const sources = new Set(
      node
        .log()
        .split("\n")
        .map((line) => /^(\w+) *\| /.exec(line)?.[1]),
    );
    sources.delete(undefined);
    assert.deepEqual(sources, new Set(["app", engineName]));
    if (onSolo) assert.doesNotMatch(out, /CometBFT/);
  });
});

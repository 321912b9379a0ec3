import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { notOnSolo } from "../support/comet.ts";
import { rpcStatus, TestLocalnet } from "../support/localnet.ts";

// What needs no second validator is in start.test.ts, which runs on the solo engine too.
const comet = await notOnSolo("one validator");

describe("localnet: four consensus validators", { skip: comet.skip }, () => {
  let net: TestLocalnet;

  before(async () => {
    net = new TestLocalnet(comet.path, 4);
    await net.start();
  });
  after(() => net.remove());

  for (const name of ["node0", "node2"]) {
    it(`tasks go on while ${name} is dead, and a restarted ${name} catches up with equal app hash`, async () => {
      const index = Number(name.slice(4));
      const own = net.rpc()[index] ?? "";
      const killed = await net.control("kill", name);
      assert.equal(killed.code, 0, killed.err);
      assert.match(killed.out, /^node\d killed: pids \d+, \d+, \d+$/m);
      await assert.rejects(rpcStatus(own), "a killed node must not answer");

      const input = JSON.stringify({ text: `without ${name}` });
      const task = await net.cli("task", "run", "echo-demo@1.0.0", "echo", input);
      assert.equal(task.code, 0, task.err);
      assert.equal(task.out.trim(), input);
      assert.match(task.err, /agree 2\/2 {3}VALID/);

      const started = await net.control("start", name);
      assert.equal(started.code, 0, started.err);
      assert.match(started.out, /app hash [0-9A-F]{8}… equal on 4 of 4/);
      const all = await Promise.all(net.rpc().map(rpcStatus));
      assert.ok(all.every((status) => !status.catching_up));
    });
  }
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { UserError } from "../../client/errors/index.ts";
import { Supervisor, type Pids, type SupervisorOptions } from "../../cli/supervise/supervisor.ts";
import { cometForTests, cometHome, type CometHome } from "../support/comet.ts";

const comet = await cometForTests();
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const support = (name: string) =>
  fileURLToPath(new URL(`../support/${name}.${extension}`, import.meta.url));
const alive = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
};
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("localnet: supervisor", { skip: comet.skip }, () => {
  let node: CometHome;
  let supervisor: Supervisor;

  function optionsOf(more: Partial<SupervisorOptions> = {}): SupervisorOptions {
    return {
      app: {
        command: process.execPath,
        args: [
          ...process.execArgv,
          support("tinyApp"),
          join(node.home, "state.json"),
          node.socketPath,
        ],
        env: { TINY_APP: "1" },
      },
      comet: { path: comet.path, home: node.home },
      socketPath: node.socketPath,
      logDirectory: join(node.home, "logs"),
      backoffMs: [10],
      ...more,
    };
  }
  function make(more: Partial<SupervisorOptions> = {}): Supervisor {
    supervisor = new Supervisor(optionsOf(more));
    return supervisor;
  }
  const send = (text: string) => node.rpc.call("broadcast_tx_commit", { tx: base64(text) });

  beforeEach(async () => {
    node = await cometHome(comet.path);
  });
  afterEach(async () => {
    await supervisor.stop();
    await node.remove();
  });

  it("C1: the node goes on after each kind of death", async () => {
    make();
    const deaths: [string, () => void][] = [
      ["app", () => process.kill(supervisor.pids().app ?? 0, "SIGKILL")],
      ["Comet", () => process.kill(supervisor.pids().comet ?? 0, "SIGKILL")],
      ["both", () => supervisor.kill("SIGKILL")],
    ];
    await supervisor.start();
    await node.rpc.untilHeight(1);
    for (const [name, kill] of deaths) {
      await send(`${name}=before`);
      const height = await node.rpc.height();
      const ready = once(supervisor, "ready");
      kill();
      await ready;
      assert.ok((await node.rpc.untilHeight(height)) >= height, name);
      await send(`${name}=after`);
    }
  });

  it("stops both without an error and starts again where it was", async () => {
    const lines: string[] = [];
    make({ echo: (line) => lines.push(line) });
    await supervisor.start();
    await node.rpc.untilHeight(1);
    await send("a=1");
    await supervisor.stop();
    assert.deepEqual(
      lines.filter((line) => line.includes("Did the application crash")),
      [],
    );
    make();
    const { height } = await supervisor.start();
    assert.ok(height >= 2n, `height: expected 2 or more, got ${height}`);
    await node.rpc.untilHeight(Number(height));
    await send("b=2");
  });

  it("C1: neither outlives a supervisor that was killed", async () => {
    make();
    const parent = spawn(
      process.execPath,
      [...process.execArgv, support("supervisorMain"), JSON.stringify(optionsOf())],
      { env: { ...process.env, SUPERVISOR_MAIN: "1" }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];
    const pids = Object.values(JSON.parse(line) as Pids);
    assert.deepEqual(pids.map(alive), [true, true]);
    await node.rpc.untilHeight(2);
    parent.kill("SIGKILL");
    while (pids.some(alive)) await delay(20);
  });

  it("halts at a block that fails each time, and names the fault", async () => {
    make();
    await supervisor.start();
    await node.rpc.untilHeight(1);
    await send("a=1");
    const halted = once(supervisor, "halted") as Promise<[UserError]>;
    await Promise.allSettled([send("poison=1")]);
    const [error] = await halted;
    assert.equal(error.code, "E1407");
    assert.match(error.what, /^halted at height \d+: fatal: block \d+: poisoned$/);
  });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../../../client/errors/index.ts";
import { engineEnv } from "../../../../cli/supervise/engine.ts";
import { saysConsensusFailed } from "../../../../cli/supervise/lines.ts";
import {
  Supervisor,
  type Restart,
  type SupervisorOptions,
} from "../../../../cli/supervise/supervisor.ts";

let home = "";
let running: Supervisor[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sup-"));
  running = [];
});
afterEach(async () => {
  for (const supervisor of running) await supervisor.stop();
  rmSync(home, { recursive: true });
});

const prelude = `
const fs = require("fs"), net = require("net"), { once } = require("events");
const note = (text) => fs.appendFileSync(process.env.TRACE, text + "\\n");
const count = () => fs.readFileSync(process.env.TRACE, "utf8").split("\\n").filter((l) => l === "app up").length;
const say = (line) => process.stdout.write(JSON.stringify(line) + "\\n");
`;
const appScript = (body: string) => `${prelude}
note("app up");
const ready = (height) => {
  fs.rmSync(process.env.SOCKET, { force: true });
  const server = net.createServer((c) => c.on("error", () => {})).listen(process.env.SOCKET, () => say({ ready: true, height }));
};
process.on("SIGTERM", () => { note("app term"); process.exit(0); });
${body}`;
const idleApp = appScript(`ready("5");`);
const cometScript = (body: string) => `${prelude}
note("comet up " + process.argv.slice(2).join(" "));
let connected = false;
// An app that is killed before it took the connection resets it.
const lost = () => connected || process.exit(3);
net.connect(process.env.SOCKET).on("error", lost).on("connect", () => { connected = true; note("comet connected"); });
process.on("SIGTERM", () => { note("comet term"); setTimeout(() => { note("comet gone"); process.exit(0); }, 30); });
${body}`;
const idleComet = cometScript(`setInterval(() => {}, 1000);`);

function supervise(
  app: string,
  comet: string,
  more: Partial<SupervisorOptions> = {},
): { supervisor: Supervisor; trace: () => string[]; lines: string[] } {
  const files = { app: join(home, "app.cjs"), comet: join(home, "comet.cjs") };
  writeFileSync(files.app, app);
  writeFileSync(files.comet, comet);
  const program = join(home, "comet");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${files.comet}" "$@"\n`);
  chmodSync(program, 0o755);
  const traceFile = join(home, "trace");
  writeFileSync(traceFile, "");
  const env = { TRACE: traceFile, SOCKET: join(home, "app.sock") };
  const lines: string[] = [];
  const supervisor = new Supervisor({
    app: { command: process.execPath, args: [files.app], env },
    comet: { path: program, home: "/the/home", env },
    socketPath: env.SOCKET,
    logDirectory: join(home, "logs"),
    echo: (line) => lines.push(line),
    backoffMs: [1],
    ...more,
  });
  running.push(supervisor);
  const trace = () =>
    readFileSync(traceFile, "utf8")
      .split("\n")
      .filter((l) => l !== "");
  return { supervisor, trace, lines };
}

/** Waits for what a process writes: another process's progress has no event here. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

async function restartOf(supervisor: Supervisor): Promise<Restart> {
  const [restart] = (await once(supervisor, "restart")) as [Restart];
  return restart;
}

describe("supervise: supervisor", () => {
  it("gives Comet its places for goroutines", async () => {
    const telling = cometScript(
      `note("places " + process.env.GOMAXPROCS); setInterval(() => {}, 1000);`,
    );
    const { supervisor, trace } = supervise(idleApp, telling);
    await supervisor.start();
    await until(() => trace().some((l) => l.startsWith("places")));
    assert.ok(trace().includes(`places ${engineEnv()["GOMAXPROCS"]}`));
    await supervisor.stop();
  });

  it("starts Comet once the app listens, and stops Comet before the app", async () => {
    const late = appScript(`setTimeout(() => ready("5"), 100);`);
    const { supervisor, trace } = supervise(late, idleComet);
    const { height, pids } = await supervisor.start();
    assert.equal(height, 5n);
    assert.deepEqual(pids, supervisor.pids());
    await until(() => trace().includes("comet connected"));
    await supervisor.stop();
    assert.deepEqual(trace(), [
      "app up",
      "comet up start --home /the/home",
      "comet connected",
      "comet term",
      "comet gone",
      "app term",
    ]);
    assert.deepEqual(supervisor.pids(), { app: undefined, comet: undefined });
  });

  it("waits for the socket also when the ready line came first", async () => {
    const early = appScript(
      `say({ ready: true, height: "1" }); setTimeout(() => ready("1"), 100);`,
    );
    const { supervisor, trace } = supervise(early, idleComet);
    await supervisor.start();
    await until(() => trace().includes("comet connected"));
  });

  it("C1: stops Comet and restarts both when the app ends", async () => {
    const { supervisor, trace } = supervise(idleApp, idleComet);
    const first = await supervisor.start();
    await until(() => trace().includes("comet connected"));
    const restart = restartOf(supervisor);
    process.kill(first.pids.app ?? 0, "SIGKILL");
    assert.deepEqual(await restart, { reason: "app ended by SIGKILL", attempt: 1, delayMs: 1 });
    await once(supervisor, "ready");
    const second = supervisor.pids();
    assert.ok(second.app !== first.pids.app && second.comet !== first.pids.comet);
    assert.deepEqual(
      trace().filter((l) => l === "comet gone" || l === "app up"),
      ["app up", "comet gone", "app up"],
    );
  });

  it("C1: stops the app and restarts both when Comet ends", async () => {
    const { supervisor, trace } = supervise(idleApp, idleComet);
    const first = await supervisor.start();
    const restart = restartOf(supervisor);
    process.kill(first.pids.comet ?? 0, "SIGKILL");
    assert.equal((await restart).reason, "CometBFT ended by SIGKILL");
    assert.ok(trace().includes("app term"));
    await once(supervisor, "ready");
  });

  it("restarts both after SIGKILL of both", async () => {
    const { supervisor } = supervise(idleApp, idleComet);
    const first = await supervisor.start();
    supervisor.kill("SIGKILL");
    await once(supervisor, "ready");
    assert.notEqual(supervisor.pids().app, first.pids.app);
  });

  it("halts with the app's last error after three restarts at one height", async () => {
    const failing = appScript(`ready("5");
      net.connect; setTimeout(() => { say({ level: 60, msg: "finalizeBlock 6", err: { message: "bad root" } }); process.exit(1); }, 150);`);
    const { supervisor, trace, lines } = supervise(failing, idleComet);
    let restarts = 0;
    supervisor.on("restart", () => (restarts += 1));
    const halted = once(supervisor, "halted") as Promise<[UserError]>;
    await supervisor.start();
    const [error] = await halted;
    assert.equal(error.code, "E1407");
    assert.equal(error.what, "halted at height 5: finalizeBlock 6: bad root");
    // On a slow machine an app is gone before its CometBFT could say a word.
    assert.ok(trace().filter((l) => l.startsWith("comet up")).length <= 4);
    assert.equal(restarts, 4);
    assert.match(lines.at(-1) ?? "", /^node {2}\| halted: halted at height 5/);
    assert.deepEqual(supervisor.pids(), { app: undefined, comet: undefined });
  });

  it("goes on restarting while each start brings a new height", async () => {
    const climbing = appScript(`ready(String(count()));
      if (count() < 8) setTimeout(() => process.exit(1), 100);`);
    const { supervisor } = supervise(climbing, idleComet, { maxRestarts: 1 });
    let heights = 0n;
    const eighth = new Promise<void>((resolve) =>
      supervisor.on("ready", ({ height }) => {
        heights += height;
        if (height === 8n) resolve();
      }),
    );
    await supervisor.start();
    await eighth;
    assert.equal(heights, 36n);
  });

  it("names a program that cannot be started", async () => {
    const { supervisor } = supervise(idleApp, idleComet, {
      comet: { path: join(home, "missing"), home: "/the/home" },
    });
    const halted = once(supervisor, "halted") as Promise<[UserError]>;
    await supervisor.start();
    assert.match((await halted)[0].what, /^halted at height 5: Error: cannot start .*ENOENT/);
  });

  it("names Comet's error when Comet is the one that fails", async () => {
    const broken = cometScript(
      `process.stderr.write("ERROR: failed to parse config\\n"); process.exit(1);`,
    );
    const { supervisor } = supervise(idleApp, broken);
    const halted = once(supervisor, "halted") as Promise<[UserError]>;
    await supervisor.start();
    assert.equal((await halted)[0].what, "halted at height 5: ERROR: failed to parse config");
  });

  const failures = {
    plain: `E[2026-01-01|00:00:00.000] CONSENSUS FAILURE!!!      module=consensus err="no space left on device" stack="goroutine 1"`,
    json: `{"_msg":"CONSENSUS FAILURE!!!","err":"no space left on device","level":"error","module":"consensus","stack":"goroutine 1"}`,
  };
  for (const [format, line] of Object.entries(failures))
    it(`T7: restarts both when Comet's consensus fails and its process lives on, ${format} log`, async () => {
      const zombie = cometScript(
        `process.stdout.write(${JSON.stringify(`${line}\n`)}); setInterval(() => {}, 1000);`,
      );
      const { supervisor, trace } = supervise(idleApp, zombie, { maxRestarts: 1 });
      const restarted = restartOf(supervisor);
      const halted = once(supervisor, "halted") as Promise<[UserError]>;
      await supervisor.start();
      assert.equal((await restarted).reason, "CometBFT's consensus failed");
      const [{ what }] = await halted;
      assert.match(what, /^halted at height 5: .*no space left on device/);
      assert.doesNotMatch(what, /goroutine/);
      assert.equal(trace().filter((word) => word === "comet term").length, 2);
    });

  it("takes no peer's text for a failed consensus", () => {
    const words = [
      `I[2026-01-01|00:00:00.000] peer  module=p2p moniker="E[1] CONSENSUS FAILURE!!! module=consensus "`,
      `E[2026-01-01|00:00:00.000] peer  module=p2p err="CONSENSUS FAILURE!!! module=consensus "`,
      `{"_msg":"peer","moniker":"CONSENSUS FAILURE!!!","level":"error"}`,
      `{"_msg":"CONSENSUS FAILURE!!!"`,
    ];
    assert.deepEqual(words.map(saysConsensusFailed), [false, false, false, false]);
  });

  it("does not restart an app that refuses to start", async () => {
    const refusing = appScript(
      `say({ level: 60, code: "E1301", msg: "no native secp256k1", fix: ["build it"] }); process.exit(1);`,
    );
    const { supervisor, trace } = supervise(refusing, idleComet);
    const error = await supervisor.start().then(
      () => assert.fail("expected a refusal"),
      (e: unknown) => e,
    );
    assert.ok(error instanceof UserError);
    assert.deepEqual(
      [error.code, error.what, error.fix],
      ["E1301", "no native secp256k1", ["build it"]],
    );
    assert.deepEqual(trace(), ["app up"]);
  });

  it("gives up on an app that never becomes ready", async () => {
    const { supervisor, trace } = supervise(
      appScript(`throw new TypeError("no such module");`),
      idleComet,
    );
    await assert.rejects(supervisor.start(), {
      code: "E1407",
      what: "halted at height 0: TypeError: no such module",
    });
    assert.equal(trace().length, 4);
  });

  it("kills what does not hear SIGTERM", async () => {
    const deaf = `${prelude} note("comet up"); process.on("SIGTERM", () => note("comet deaf")); setInterval(() => {}, 1000);`;
    const { supervisor, trace } = supervise(idleApp, deaf, { stopTimeoutMs: 100 });
    await supervisor.start();
    await until(() => trace().includes("comet up"));
    await supervisor.stop();
    assert.deepEqual(trace().slice(-2), ["comet deaf", "app term"]);
  });

  it("can be stopped during a pause", async () => {
    const { supervisor, trace } = supervise(idleApp, idleComet, { backoffMs: [600_000] });
    await supervisor.start();
    const restart = restartOf(supervisor);
    supervisor.kill("SIGKILL");
    await restart;
    await supervisor.stop();
    assert.equal(trace().filter((l) => l === "app up").length, 1);
  });

  it("writes the lines of both into one file of mode 0600", async () => {
    const { supervisor } = supervise(
      idleApp,
      cometScript(`console.log("block 1"); setInterval(() => {}, 1000);`),
    );
    const seen = new Promise<void>((resolve) =>
      supervisor.on("line", (source, text) => {
        if (source === "comet" && text === "block 1") resolve();
      }),
    );
    await supervisor.start();
    await seen;
    await supervisor.stop();
    const file = join(home, "logs", "node.log");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(
      readFileSync(file, "utf8"),
      /^app {3}\| \{"ready":true,"height":"5"\}\ncomet \| block 1\n/,
    );
  });
});

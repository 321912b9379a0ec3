import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { Keyring } from "../../client/keyring/keyring.ts";
import { packageRoot, program } from "../../cli/home/programs.ts";
import { portsFrom } from "../../cli/supervise/config.ts";
import { notOnSolo } from "../support/comet.ts";
import { Secrets, logsBelow } from "../support/leaks.ts";
import { rpcStatus } from "../support/localnet.ts";
import { Guide, guideBlocks } from "../support/operatorsGuide.ts";
import { freeOffset } from "../support/ports.ts";

const { path: comet, skip } = await notOnSolo("one validator");
const four = [0, 1, 2, 3];

describe("docs/OPERATORS.md: four homes by its commands alone", { skip, timeout: 900_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-ops-"));
  const home = (i: number): string => path.join(folder, "net", `node${i}`);
  const guide = new Guide(folder, comet);
  const secrets = new Secrets();
  let offset = 0;
  let printed = "";

  const rpc = (i: number): string => `http://127.0.0.1:${portsFrom(offset + 10 * i).rpc}`;
  const page = (name: string): string => `http://127.0.0.1:${portsFrom(offset).app}/${name}`;
  const assay = (...args: string[]): { status: number | null; text: string; out: string } => {
    const { command, args: own } = program("cli/main", ...args);
    const env = { ...process.env, HOME: path.join(folder, "user"), COMETBFT: comet, CI: "true" };
    const done = spawnSync(command, own, { encoding: "utf8", env, input: "" });
    const text = done.stdout + done.stderr;
    printed += text;
    return { status: done.status, text, out: done.stdout };
  };
  const supervisorOf = (i: number): number => {
    const text = fs.readFileSync(path.join(home(i), "node.pids.json"), "utf8");
    return (JSON.parse(text) as { supervisor: number }).supervisor;
  };

  before(async () => {
    offset = await freeOffset((at) => four.flatMap((i) => Object.values(portsFrom(at + 10 * i))));
    for (const block of guideBlocks(offset)) await guide.run(block);
  });

  after(async () => {
    for (const i of four) {
      if (fs.existsSync(path.join(home(i), "node.pids.json"))) {
        process.kill(supervisorOf(i), "SIGTERM");
      }
    }
    await guide.ended();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it("makes blocks with the same app hash on all four, and moves coins", async () => {
    assert.match(guide.out, /amount: "?5000000/);
    const { latest_block_height: height } = await rpcStatus(rpc(3));
    assert.ok(Number(height) >= 4, `height: expected 4 or more, got ${height}`);
    const hashes = four.map(async (i) => {
      const response = await fetch(`${rpc(i)}/commit?height=${height}`);
      const { result } = (await response.json()) as {
        result?: { signed_header: { header: { app_hash: string } } };
      };
      return result?.signed_header.header.app_hash;
    });
    const different = new Set(await Promise.all(hashes));
    assert.equal(different.size, 1, [...different].join(" "));
  });

  it("gives every home the same genesis of four validators, and all others as peers", () => {
    const texts = four.map((i) => fs.readFileSync(path.join(home(i), "config", "genesis.json")));
    assert.ok(texts.every((text) => text.equals(texts[0] ?? Buffer.alloc(0))));
    const peers = four.map((i) => {
      const config = fs.readFileSync(path.join(home(i), "config", "config.toml"), "utf8");
      return /^persistent_peers = "(.*)"$/m.exec(config)?.[1]?.split(",").length;
    });
    assert.deepEqual(peers, [3, 3, 3, 3]);
  });

  it("serves health, and every figure that an alert asks for", async () => {
    const health = (await (await fetch(page("health"))).json()) as Record<string, unknown>;
    assert.equal(health["status"], "ok");
    assert.equal(health["comet_connections"], 4);
    assert.ok(Number(health["height"]) >= 4);
    const metrics = portsFrom(offset).metrics;
    const own = await (await fetch(page("metrics"))).text();
    const engine = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    const rules = path.join(packageRoot, "packaging", "prometheus", "alerts.yml");
    const named = fs.readFileSync(rules, "utf8").matchAll(/\b(?:assay|cometbft)_[a-z_]+\b/g);
    const served = new Set([...(own + engine).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    // What has a label of the validator's address comes with the first vote that counts.
    for (const [found] of named) {
      const name = found.replace(/_bucket$/, "");
      if (name.startsWith("assay_executor_") || name.endsWith("missed_blocks")) continue;
      assert.ok(served.has(name), `${name} is on no page`);
    }
  });

  it("watches the chain: a line for each change where there is no terminal", async () => {
    const { command, args } = program(
      ...(["cli/main", "status", "--watch", "-o", "json", "--home", home(0)] as const),
    );
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [first] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 130);
    const line = JSON.parse(first.split("\n")[0] ?? "") as Record<string, object>;
    assert.ok("earliest_block_height" in (line["sync_info"] ?? {}));
  });

  it("reads its log level again at SIGUSR2", async () => {
    const file = path.join(home(0), "config", "app.toml");
    const toml = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, toml.replace('log-level = "info"', 'log-level = "debug"'));
    process.kill(supervisorOf(0), "SIGUSR2");
    const log = path.join(home(0), "logs", "node.log");
    while (!fs.readFileSync(log, "utf8").includes('"logLevel":"debug"')) await delay(50);
  });

  it("C16: prints no key, mnemonic or passphrase, also where commands fail", async () => {
    const passphrase = fs.readFileSync(path.join(folder, "passphrase"), "utf8").trim();
    const travel = fs.readFileSync(path.join(folder, "travel"), "utf8").trim();
    const ring = new Keyring({
      ...{ home: home(0), backend: "file", prefix: "assay", passphrase: () => passphrase },
    });
    four.forEach((i) => secrets.home(home(i)));
    secrets.text("passphrase", passphrase);
    secrets.text("passphrase of the export", travel);
    secrets.bytes("founder's key", ring.privateKey("founder"));
    secrets.text("founder's mnemonic", ring.mnemonic("founder") ?? "");
    const at = ["--home", home(0)];
    const wrong = path.join(folder, "wrong");
    fs.writeFileSync(wrong, "another passphrase\n", { mode: 0o600 });
    const opened = path.join(folder, "opened");
    fs.writeFileSync(opened, Buffer.from(ring.privateKey("founder")).toString("hex"));
    const damaged = path.join(folder, "damaged");
    fs.writeFileSync(damaged, `${Buffer.from(ring.privateKey("founder")).toString("hex")}00`);
    const words = path.join(folder, "words");
    fs.writeFileSync(words, `${ring.mnemonic("founder") ?? ""} zebra`);
    const pass = ["--passphrase-file", path.join(folder, "passphrase")];
    const failing: [string, string[]][] = [
      ["E1503", ["keys", "export", "founder", "--passphrase-file", wrong, ...armored(), ...at]],
      ["E1506", ["keys", "import", "again", opened, ...pass, ...at]],
      ["E4011", ["keys", "import", "again", damaged, ...pass, ...at]],
      ["E4011", ["keys", "add", "more", "--recover", "--source", words, ...pass, ...at]],
      ["E4011", ["keys", "export", "founder", "--unarmored-hex", ...pass, ...at]],
      ["E1504", ["keys", "export", "founder", ...at]],
      ["E1505", ["keys", "import", "founder", path.join(folder, "founder.key"), ...pass]],
      ["E1442", ["genesis", "gentx", "--ip", "127.0.0.1", ...at]],
      ["E1401", ["init", "other", ...at]],
      ["E3101", ["tx", "bank", "send", "guest", "assay1x", "5ASSAY", "--from", "guest", ...pass]],
    ];
    function armored(): string[] {
      return ["--armor-passphrase-file", path.join(folder, "travel")];
    }
    for (const [code, args] of failing) {
      const own = code === "E1505" ? [...armored(), ...at] : code === "E3101" ? at : [];
      const { status, text } = assay(...args, ...own);
      assert.notEqual(status, 0, args.join(" "));
      if (code !== "E3101") assert.match(text, new RegExp(code), args.join(" "));
    }
    const all = `${guide.out}\n${printed}\n${logsBelow(folder)}`;
    assert.ok(all.includes('"msg":"block"'), "the logs were read");
    assert.deepEqual(secrets.in(all), []);
    assert.ok(secrets.count > 100);
    // The net is no sieve: it finds each kind of secret where it is.
    const file = fs.readFileSync(path.join(home(1), "config", "beacon_key.json"), "utf8");
    assert.deepEqual(secrets.in(file).length, 2);
  });

  it("an open key file keeps a node from starting, and doctor says what to type", async () => {
    const pid = supervisorOf(2);
    process.kill(pid, "SIGTERM");
    while (fs.existsSync(path.join(home(2), "node.pids.json"))) await delay(50);
    const key = path.join(home(2), "config", "priv_validator_key.json");
    fs.chmodSync(key, 0o644);
    const { status, text } = assay("doctor", "--home", home(2));
    assert.equal(status, 1);
    assert.match(text, /FAIL {2}secrets .* E1506\n +fix: chmod 600/);
    const started = assay("start", "--quiet", "--home", home(2));
    assert.equal(started.status, 1);
    assert.match(started.text, /error E1506: .*got 644\n {2}fix {8}chmod 600/);
    fs.chmodSync(key, 0o600);
    assert.equal(assay("doctor", "--home", home(2)).status, 0);
  });
});

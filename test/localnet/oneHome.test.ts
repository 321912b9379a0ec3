import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { Keyring } from "../../client/keyring/keyring.ts";
import { connectRpc, timeTravel, UserError } from "../../client/index.ts";
import { packageRoot } from "../../cli/home/programs.ts";
import { soloNotice } from "../../cli/supervise/engine.ts";
import { cometForTests, engineName, onSolo } from "../support/comet.ts";
import { Secrets, logsBelow } from "../support/leaks.ts";
import { keptOf, OneHome } from "../support/oneHome.ts";
import { SmallDisk } from "../support/smallDisk.ts";

const { path: engine, skip } = await cometForTests();
const fullDisk = "/dev/full";
const noDisk = skip === false ? SmallDisk.refusal() : undefined;
const noFullDisk = fs.existsSync(fullDisk) ? false : `needs ${fullDisk}`;

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
      assert.ok((await chain.advanceBlocks(150)) >= height + 150n);
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
    const kept = keptOf(out);
    assert.equal(kept.blocks, 1);
    // pruning-keep-recent of the 150 blocks of above; CometBFT has not made as many here (statesync.test.ts).
    if (onSolo) assert.ok(kept.state > 40 && kept.state <= kept.last - 99, out);
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

  it("serves every figure that an alert asks for", async () => {
    const pages = [node.page("metrics")];
    if (!onSolo) pages.push(`http://127.0.0.1:${node.ports.metrics}/metrics`);
    const texts = await Promise.all(pages.map(async (page) => (await fetch(page)).text()));
    const rules = path.join(packageRoot, "packaging", "prometheus", "alerts.yml");
    const named = fs.readFileSync(rules, "utf8").matchAll(/\b(?:assay|cometbft)_[a-z_]+\b/g);
    const served = new Set(texts.join("\n").match(/(?<=^# TYPE )\S+/gm));
    let asked = 0;
    for (const [found] of named) {
      const name = found.replace(/_bucket$/, "");
      // What has a label of the validator's address comes with the first vote that counts.
      if (name.startsWith("assay_executor_") || name.endsWith("missed_blocks")) continue;
      // The solo engine keeps no figures of its own.
      if (onSolo && name.startsWith("cometbft_")) continue;
      assert.ok(served.has(name), `${name} is on no page`);
      asked++;
    }
    assert.ok(asked > 5);
  });

  it("watches the chain: a line for each change where there is no terminal", async () => {
    const child = node.begin("status", "--watch", "-o", "json");
    const [first] = (await once(child.stdout ?? assert.fail("no stdout"), "data")) as [string];
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 130);
    const line = JSON.parse(first.split("\n")[0] ?? "") as Record<string, object>;
    assert.ok("earliest_block_height" in (line["sync_info"] ?? {}));
  });

  it("reads its log level again at SIGUSR2", async () => {
    const file = node.in("config", "app.toml");
    const toml = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, toml.replace('log-level = "info"', 'log-level = "debug"'));
    process.kill(node.supervisor, "SIGUSR2");
    while (!node.log().includes('"logLevel":"debug"')) await delay(50);
  });

  it("C16: prints no key, mnemonic or passphrase, also where commands fail", async () => {
    const secrets = new Secrets();
    const passphrase = fs.readFileSync(node.passphraseFile, "utf8").trim();
    const ring = new Keyring({
      ...{ home: node.home, backend: "file", prefix: "assay", passphrase: () => passphrase },
    });
    const founder = Buffer.from(ring.privateKey("founder")).toString("hex");
    const file = (name: string, text: string): string => {
      const at = path.join(node.folder, name);
      fs.writeFileSync(at, `${text}\n`, { mode: 0o600 });
      return at;
    };
    const travel = file("travel", "the words for the journey");
    secrets.home(node.home);
    secrets.text("passphrase", passphrase);
    secrets.text("passphrase of the export", "the words for the journey");
    secrets.bytes("founder's key", ring.privateKey("founder"));
    secrets.text("founder's mnemonic", ring.mnemonic("founder") ?? "");
    const wrong = file("wrong", "another passphrase");
    const opened = file("opened", founder);
    fs.chmodSync(opened, 0o644);
    const damaged = file("damaged", `${founder}00`);
    const words = file("words", `${ring.mnemonic("founder") ?? ""} zebra`);
    const pass = ["--passphrase-file", node.passphraseFile];
    const armor = ["--armor-passphrase-file", travel];
    await node.must("keys", "add", "guest", ...pass);
    const armored = file(
      "founder.key",
      (await node.must("keys", "export", "founder", ...pass, ...armor)).out,
    );
    const failing: readonly (readonly [string, readonly string[]])[] = [
      ["E1503", ["keys", "export", "founder", "--passphrase-file", wrong, ...armor]],
      ["E1506", ["keys", "import", "again", opened, ...pass]],
      ["E4011", ["keys", "import", "again", damaged, ...pass]],
      ["E4011", ["keys", "add", "more", "--recover", "--source", words, ...pass]],
      ["E4011", ["keys", "export", "founder", "--unarmored-hex", ...pass]],
      ["E1504", ["keys", "export", "founder"]],
      ["E1505", ["keys", "import", "founder", armored, ...pass, ...armor]],
      ["E1442", ["genesis", "gentx", "--ip", "127.0.0.1"]],
      ["E1401", ["init", "other"]],
      ["", ["tx", "bank", "send", "guest", "assay1x", "5ASSAY", "--from", "guest", ...pass]],
    ];
    for (const [code, args] of failing) {
      const { status, text } = await node.assay(...args);
      assert.notEqual(status, 0, args.join(" "));
      assert.match(text, new RegExp(code), args.join(" "));
    }
    const all = `${node.printed}\n${logsBelow(node.folder)}`;
    assert.ok(all.includes('"msg":"block"'), "the logs were read");
    assert.deepEqual(secrets.in(all), []);
    assert.ok(secrets.count > 30);
    // The net is no sieve: it finds each kind of secret where it is.
    const key = fs.readFileSync(node.in("config", "beacon_key.json"), "utf8");
    assert.equal(secrets.in(key).length, 2);
  });

  it("an open key file keeps it from starting, and doctor says what to type", async () => {
    assert.equal(await node.stop(), 0);
    const key = node.in("config", "priv_validator_key.json");
    fs.chmodSync(key, 0o644);
    const { status, text } = await node.assay("doctor");
    assert.equal(status, 1);
    assert.match(text, /FAIL {2}secrets .* E1506\n +fix: chmod 600/);
    const started = await node.assay("start", "--quiet");
    assert.equal(started.status, 1);
    assert.match(started.text, /error E1506: .*got 644\n {2}fix {8}chmod 600/);
    fs.chmodSync(key, 0o600);
    const again = await node.assay("doctor");
    assert.equal(again.status, 0, again.text);
    if (onSolo) assert.doesNotMatch(again.text, /CometBFT/);
  });

  it("rollback takes the app one block back, and the engine plays it again", async () => {
    type Info = { response: { last_block_height: string; last_block_app_hash: string } };
    const stateOf = async (): Promise<Info["response"]> => {
      const { response } = await connectRpc(node.rpc.url).call<Info>("abci_info", {});
      return response;
    };
    await node.start();
    const before = await stateOf();
    assert.equal(await node.stop(), 0);
    const back = BigInt(before.last_block_height) - 1n;
    const { text } = await node.must("rollback");
    assert.match(text, new RegExp(`^app {8}height ${back} `));
    const title = onSolo ? "the solo engine" : "CometBFT";
    assert.match(text, new RegExp(`^${title} replays the blocks after it`, "m"));
    if (onSolo) {
      assert.doesNotMatch(text, /CometBFT/);
      assert.match((await node.assay("rollback", "--with-comet")).text, /error E4011: /);
    }
    await node.start();
    assert.deepEqual(await stateOf(), before);
  });

  it("stops at halt-height, and goes on with the block that was decided after it", async () => {
    const file = node.in("config", "app.toml");
    const haltAt = (height: number): void => {
      const toml = fs.readFileSync(file, "utf8");
      fs.writeFileSync(file, toml.replace(/^halt-height = \d+$/m, `halt-height = ${height}`));
    };
    const last = await node.rpc.height();
    assert.equal(await node.stop(), 0);
    haltAt(last + 1);
    const child = await node.start();
    const ended = once(child, "close") as Promise<[number | null]>;
    const pass = ["--passphrase-file", node.passphraseFile];
    const { text } = await node.must("keys", "show", "founder", "--address");
    await node.must("tx", "bank", "send", "founder", text.trim(), "1ASSAY", ...pass);
    assert.equal((await ended)[0], 1);
    assert.match(
      node.printed,
      new RegExp(`^error E1439: halt-height: .* block ${last + 1}, `, "m"),
    );
    assert.doesNotMatch(node.log().split("halt-height:").slice(1).join(""), /starting both again/);
    const again = await node.assay("start", "--quiet");
    assert.equal(again.status, 1);
    assert.match(again.text, /^error E1439: /m);
    haltAt(0);
    await node.start();
    await node.rpc.untilHeight(last + 2);
  });

  it(
    "T7: a node on a disk that became read-only refuses to start, and starts again where it was",
    { skip: noDisk ?? false },
    async () => {
      const last = await node.rpc.height();
      assert.equal(await node.stop(), 0);
      const disk = SmallDisk.under(node.in("data"), "256m");
      try {
        disk.setReadOnly(true);
        const { status, text } = await node.assay("start", "--quiet");
        assert.equal(status, 1);
        assert.match(text, /^error E14\d\d: .*EROFS.*\n(.*\n)* {2}fix /m);
        disk.setReadOnly(false);
        await node.start();
        assert.equal(await node.rpc.height(), last);
        assert.equal(await node.stop(), 0);
      } finally {
        await node.stop();
        disk.remove();
      }
      await node.start();
    },
  );

  it(
    "T7: a node whose words go to a full disk lives and ends in order",
    { skip: noFullDisk },
    async () => {
      assert.equal(await node.stop(), 0);
      const file = fs.openSync(fullDisk, "w");
      const child = await node.start(file);
      fs.closeSync(file);
      // Longer than its first words took.
      await delay(1_000);
      assert.equal(child.exitCode, null);
      const { status, text } = await node.assay("status");
      assert.equal(status, 0, text);
      assert.equal(await node.stop(), 0);
    },
  );
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createServer } from "node:net";
import { once } from "node:events";
import { describe, it } from "node:test";
import { soloFallback } from "../../../cli/comet/choose.ts";
import { judgeFiles } from "../../../cli/doctor/files.ts";
import { findingLines, type Finding } from "../../../cli/doctor/finding.ts";
import {
  judgeDisk,
  judgeEngine,
  judgeNode,
  judgePorts,
  portsIn,
} from "../../../cli/doctor/machine.ts";
import { judgeHeights } from "../../../cli/doctor/running.ts";
import { beaconKeys } from "../../../cli/home/beaconKeys.ts";
import { writeFile, writeJson } from "../../../cli/home/files.ts";
import { buildGenesis } from "../../../cli/home/genesis.ts";
import { socketPathOf } from "../../../cli/home/socket.ts";
import { appToml, clientToml } from "../../../cli/home/templates.ts";

const bytes = Buffer.alloc(32, 9);
const publicKey = bytes.toString("base64");
const address = createHash("sha256").update(bytes).digest("hex").slice(0, 40).toUpperCase();

/** A home without fault; `edit` breaks one thing of it. */
function makeHome(edits: Readonly<Record<string, readonly [string, string]>> = {}): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "assay-doctor-"));
  const chainId = "assay-main-1";
  const [beacon] = beaconKeys([Buffer.alloc(32, 7).toString("base64")]);
  assert.ok(beacon !== undefined);
  const validators = [{ name: "a", address, publicKey, power: 10n, beacon }];
  const genesis = buildGenesis({
    ...{ chainId, profile: "default", timeMs: 1_700_000_000_000, validators, accounts: [] },
  });
  const config = path.join(home, "config");
  writeJson(path.join(config, "genesis.json"), genesis);
  writeJson(path.join(config, "beacon_key.json"), beacon);
  writeJson(path.join(config, "priv_validator_key.json"), { address });
  writeFile(path.join(config, "app.toml"), appToml("default"));
  const client = clientToml({ chainId, keyringBackend: "file", nodes: ["http://127.0.0.1:1"] });
  writeFile(path.join(config, "client.toml"), client);
  writeFile(path.join(config, "config.toml"), configToml(home));
  for (const [name, [from, to]] of Object.entries(edits)) {
    const file = path.join(config, name.replace(/ .*/, ""));
    const text = fs.readFileSync(file, "utf8");
    assert.ok(text.includes(from), `${name} has no ${from}`);
    writeFile(file, text.replace(from, to));
  }
  return home;
}

const configToml = (home: string): string => `proxy_app = "unix://${socketPathOf(home)}"
[rpc]
laddr = "tcp://127.0.0.1:26657"
[p2p]
laddr = "tcp://0.0.0.0:26656"
[consensus]
create_empty_blocks = false
skip_timeout_commit = false
timeout_commit = "1s"
[tx_index]
indexer = "kv"
[instrumentation]
prometheus_listen_addr = "127.0.0.1:26660"
`;

const bad = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ level }) => level !== "ok");

describe("assay doctor: files", () => {
  it("has nothing to say of a sound home", () => {
    assert.deepEqual(bad(judgeFiles(makeHome())), []);
  });

  type Case = readonly [string, string, readonly [string, string], "warn" | "fail", RegExp];
  const cases: readonly Case[] = [
    ["empty blocks", "config.toml", ["blocks = false", "blocks = true"], "warn", /empty_blocks/],
    ["skipped waits", "config.toml", ["commit = false", "commit = true"], "warn", /windows/],
    ["short blocks", "config.toml", ['"1s"', '"10ms"'], "warn", /windows/],
    ["no index", "config.toml", ['"kv"', '"null"'], "warn", /indexer/],
    ["an open RPC", "config.toml", ["//127.0.0.1:26657", "//0.0.0.0:26657"], "warn", /RPC is open/],
    ["another socket", "config.toml", ["unix://", "unix:///x"], "fail", /proxy_app/],
    ["a free mempool", "app.toml", ['"0.025uassay"', '""'], "warn", /without fee/],
    ["an end", "app.toml", ["halt-height = 0", "halt-height = 7"], "warn", /height 7/],
    ["open metrics", "app.toml", ['"127.0.0.1:26661"', '"0.0.0.0:26661"'], "warn", /metrics page/],
    ["a test keyring", "client.toml", ['"file"', '"test"'], "fail", /in clear/],
    [
      "a foreign beacon key",
      "beacon_key.json",
      ['"pub_key": "', '"pub_key": "A'],
      "fail",
      /beacon/,
    ],
  ];
  for (const [what, file, edit, level, words] of cases) {
    it(`sees ${what}, and says what to change`, () => {
      const found = bad(judgeFiles(makeHome({ [file]: edit })));
      const [one] = found.filter(({ text }) => words.test(text));
      assert.equal(one?.level, level, JSON.stringify(found));
      assert.ok((one.fix ?? "").length > 5);
    });
  }

  it("E1506: sees a secret that others can read", () => {
    const home = makeHome();
    fs.chmodSync(path.join(home, "config", "beacon_key.json"), 0o640);
    const [one] = bad(judgeFiles(home));
    assert.equal(one?.code, "E1506");
    assert.match(one.fix ?? "", /^chmod 600 .*beacon_key\.json$/);
  });

  it("E1405: sees a genesis that is no chain's", () => {
    const home = makeHome({ "genesis.json": ['"clock"', '"clack"'] });
    const [one] = judgeFiles(home);
    assert.equal(one?.code, "E1405");
    assert.match(one.text, /\/app_state\/clock/);
  });
});

describe("assay doctor: machine and node", () => {
  it("judges Node and the disk by their least", () => {
    assert.equal(judgeNode("20.19.0").level, "ok");
    assert.equal(judgeNode("24.0.1").level, "ok");
    assert.equal(judgeNode("20.18.9").code, "E1101");
    const gib = 1024 ** 3;
    assert.equal(judgeDisk("/", 50 * gib).level, "ok");
    assert.equal(judgeDisk("/", 5 * gib).level, "warn");
    assert.equal(judgeDisk("/", gib / 2).code, "E1409");
  });

  it("E1404: says which port of a stopped node is taken, and by whom", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const home = makeHome({ "config.toml": ["127.0.0.1:26657", `127.0.0.1:${port}`] });
    const finding = await judgePorts(home);
    await once(server.close(), "close");
    // Another port of the template may be taken by whoever else works on this machine.
    assert.equal(finding.code, "E1404");
    assert.match(finding.text, /is taken by/);
  });

  it("E1203 is for homes that need CometBFT: one that the solo engine has made needs none", async () => {
    const home = makeHome();
    const env = { PATH: path.join(home, "none"), HOME: home };
    const judge = (chainId: string): Promise<Finding> => judgeEngine(env, home, chainId, home);
    assert.equal((await judge("assay-main-1")).code, "E1203");
    // What `assay start` does there is no failure, and is said.
    const { level, text } = await judge("assay-dev-1");
    assert.deepEqual([level, text], ["warn", soloFallback]);
    fs.mkdirSync(path.join(home, "data", "solo"), { recursive: true });
    assert.deepEqual(await judge("assay-dev-1"), {
      ...{ level: "ok", name: "engine", text: "solo (development, no consensus)" },
    });
    assert.equal((await judge("assay-main-1")).code, "E1206");
  });

  it("asks for no ports of peers and metrics where the solo engine runs, which has neither", () => {
    const home = makeHome();
    const names = (): Set<string> => new Set(portsIn(home).keys());
    assert.deepEqual(names(), new Set(["p2p", "rpc", "CometBFT metrics", "app metrics"]));
    fs.mkdirSync(path.join(home, "data", "solo"), { recursive: true });
    assert.deepEqual(names(), new Set(["rpc", "app metrics"]));
  });

  it("takes one block between app and CometBFT for work, and more for a fault", async () => {
    const at =
      (...pairs: [bigint, bigint][]) =>
      (): Promise<{ app: bigint; comet: bigint }> => {
        const [app, comet] = (pairs.length > 1 ? pairs.shift() : pairs[0]) ?? [0n, 0n];
        return Promise.resolve({ app, comet });
      };
    assert.equal((await judgeHeights(at([7n, 7n]))).level, "ok");
    assert.equal((await judgeHeights(at([6n, 7n], [8n, 8n]))).level, "ok");
    assert.equal((await judgeHeights(at([9n, 7n]))).level, "fail");
  });

  it("prints a line a check, and the fix below it", () => {
    const finding: Finding = { level: "fail", name: "disk", text: "full", fix: "x", code: "E1409" };
    assert.deepEqual(findingLines(finding), [
      "  FAIL  disk        full   E1409",
      "                    fix: x",
    ]);
  });
});

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { cometForTests, engineName } from "../support/comet.ts";
import { rpcStatus, TestLocalnet, type Finished } from "../support/localnet.ts";

const comet = await cometForTests();

describe("localnet: npm start", { skip: comet.skip }, () => {
  let net: TestLocalnet;
  let first: Finished;

  before(async () => {
    net = new TestLocalnet(comet.path);
    first = await net.once();
  });
  after(() => net.remove());

  const home = (...names: string[]): string => path.join(net.data, "net", ...names);

  it("J2.1: --once ends with code 0 after a task that became VALID", () => {
    assert.equal(first.code, 0, first.out + first.err);
    assert.match(first.out, /ok {2}demo task +\d+ VALID {3}agree 2\/2/);
    const last = first.out.trimEnd().split("\n").at(-1) ?? "";
    assert.match(
      last,
      new RegExp(
        `^READY http://127\\.0\\.0\\.1:\\d+ chain=assay-local-1 engine=${engineName} height=\\d+$`,
      ),
    );
  });

  it("prints the life of the task: drawn nodes with weights, commits, reveals, who was paid", () => {
    for (const line of [
      /^==> tx [0-9A-F]{4}… {2}included {2}height \d+/m,
      /^==> \d+ {2}assigned {3}seed [0-9a-f]{4}…/m,
      /^ {6}executor {4}assay1\S+ {2}0\.\d\d {7}validators {2}assay1\S+ {2}0\.\d\d {3}assay1\S+ {2}0\.\d\d$/m,
      /^==> \d+ {2}committed {2}3\/3$/m,
      /^==> \d+ {2}revealed {3}3\/3 {3}sha256:[0-9a-f]{8}… {3}agree 2\/2 {3}VALID$/m,
      /^ {6}executor {4}assay1\S+ {2}paid +1000 \+ 5000 for posts$/m,
      /^ {6}author 300 {3}fee collector 75 {3}burned 75 {3}back to requester 10000/m,
    ])
      assert.match(first.out, line);
  });

  it("C16: an executor's home holds its operator's key alone, readable by its user only", () => {
    const ring = home("executor1", "keyring-test");
    assert.deepEqual(fs.readdirSync(ring), ["operator.json"]);
    const secrets = [
      path.join(ring, "operator.json"),
      home("node0", "config", "priv_validator_key.json"),
      home("node0", "config", "beacon_key.json"),
      home("node0", "config", "node_key.json"),
      home("accounts", "keyring-test", "account1.json"),
    ];
    for (const file of secrets) assert.equal(fs.statSync(file).mode & 0o777, 0o600, file);
  });

  it("the next start goes on, listens on this machine alone, and Ctrl-C ends all of it", async () => {
    await net.start();
    assert.match(net.out, /ok {2}data .* continued/);
    assert.match(net.out, /demo task +2 VALID/);
    // C15
    if (fs.existsSync("/proc/net/tcp")) assert.deepEqual(openToOthers(pids(home())), []);
    const [url = ""] = net.rpc();
    assert.ok(BigInt((await rpcStatus(url)).latest_block_height) > heightOf(first.out));
    const running = pids(home());
    assert.ok(running.length >= 7, `expected node, app, CometBFT and executors, got ${running}`);
    assert.equal(await net.interrupt(), 0);
    assert.deepEqual(pids(home()), []);
  });

  it("says so when a network runs on the folder already", async () => {
    await net.start();
    const second = await net.once();
    assert.equal(second.code, 1);
    assert.match(second.err, /error E1402: home .* is in use by a local network \(pid \d+\)/);
  });

  it("the only node is killed and started again: it goes on with its blocks, and so do tasks", async () => {
    const [rpc = ""] = net.rpc();
    const { latest_block_height: before } = await rpcStatus(rpc);
    const killed = await net.control("kill", "node0");
    assert.equal(killed.code, 0, killed.err);
    assert.match(killed.out, /^node0 killed: pids \d+, \d+, \d+$/m);
    await assert.rejects(rpcStatus(rpc), "a killed node must not answer");
    assert.match((await net.control("status")).out, /^ {2}node0 +down$/m);
    const started = await net.control("start", "node0");
    assert.equal(started.code, 0, started.err);
    const { height = "0" } =
      /height (?<height>\d+) {3}app hash [0-9A-F]{8}… equal on 1 of 1/.exec(started.out)?.groups ??
      {};
    assert.ok(BigInt(height) >= BigInt(before), started.out);
    const input = JSON.stringify({ text: "again" });
    const task = await net.cli("task", "run", "echo-demo@1.0.0", "echo", input);
    assert.equal(task.code, 0, task.err);
    assert.equal(task.out.trim(), input);
  });

  it("E1416: an unknown name is refused with the names that exist", async () => {
    const { code, err } = await net.control("kill", "node4");
    assert.equal(code, 1);
    assert.match(err, /error E1416: the local network has no node4: it has node0, .*executor4/);
  });

  it("E1413: says so when there is another number of nodes", async () => {
    assert.equal(await net.interrupt(), 0);
    const other = await net.once("--v", "2");
    assert.equal(other.code, 1);
    assert.match(other.err, /error E1413: .* expected 2 consensus validators, got 1/);
  });
});

function heightOf(out: string): bigint {
  return BigInt(/^READY .* height=(\d+)$/m.exec(out)?.[1] ?? "0");
}

/** Processes whose command line names a folder below `data`. */
function pids(data: string): number[] {
  if (!fs.existsSync("/proc/self/cmdline")) return [];
  const own = (pid: string): boolean => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${data}/`);
    } catch {
      return false;
    }
  };
  const numbers = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.filter(own).map(Number);
}

/** Listening sockets of these processes whose address is not this machine's own. */
function openToOthers(processes: readonly number[]): string[] {
  const inodes = new Set(processes.flatMap(socketsOf));
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter(fs.existsSync);
  const rows = tables.flatMap((file) => fs.readFileSync(file, "utf8").trim().split("\n").slice(1));
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && inodes.has(columns[9] ?? ""))
    .map((columns) => columns[1] ?? "")
    .filter((address) => !address.startsWith("0100007F:"));
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return fs.readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

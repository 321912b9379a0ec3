import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { program } from "../../../cli/home/programs.ts";

const home = fs.mkdtempSync(path.join(os.tmpdir(), "cli-"));
const nobody = "http://127.0.0.1:9";

function assay(...args: string[]): { code: number | null; out: string; err: string } {
  const { command, args: before } = program("cli/main");
  const env = { ...process.env, ASSAY_HOME: home, ASSAY_NODE: nobody, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(command, [...before, ...args], {
    encoding: "utf8",
    env,
    input: "",
  });
  return { code: status, out: stdout, err: stderr };
}

const service = `
sid: hello
version: "1.0.0"
http: { url: "http://127.0.0.1:8080" }
tasks: { greet: {} }
`;

describe("cli: exit codes and streams", () => {
  it("shows its commands and ends with 0", () => {
    const { code, out } = assay("--help");
    assert.equal(code, 0);
    for (const name of [
      "init",
      "start",
      "status",
      "keys",
      "tx",
      "query|q",
      "service",
      "task",
      "executor",
      "comet",
      "localnet",
    ]) {
      assert.match(out, new RegExp(`^ {2}${name.replace("|", "\\|")}\\b`, "m"), name);
    }
  });

  const fullDisk = "/dev/full";
  it(
    "T7: E1438: output that a full disk takes is told, without a stack",
    { skip: fs.existsSync(fullDisk) ? false : `needs ${fullDisk}` },
    () => {
      const { command, args } = program("cli/main", "explain", "E1401");
      const file = fs.openSync(fullDisk, "w");
      const stdio = ["ignore", file, "pipe"] as const;
      const { status, stderr } = spawnSync(command, args, { encoding: "utf8", stdio: [...stdio] });
      fs.closeSync(file);
      assert.equal(status, 1);
      assert.match(stderr, /^error E1438: the output could not be written: ENOSPC/);
      assert.doesNotMatch(stderr, /^ +at /m);
    },
  );

  it("a reader that has seen enough is no error", { skip: process.platform === "win32" }, () => {
    const { command, args } = program("cli/main", "--help");
    const words = [command, ...args].map((word) => `'${word}'`).join(" ");
    // The reader is gone before the first word comes.
    const line = `(sleep 0.2; ${words}; echo "ended with $?" >&2) | true`;
    const { stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    assert.equal(stderr.trim(), "ended with 0");
  });

  const usage: string[][] = [
    ["nonsense"],
    ["task", "run"],
    ["task", "run", "a", "b", "--nonsense"],
    ["keys", "show"],
    ["query", "tasks", "task", "1", "2"],
  ];
  for (const args of usage) {
    it(`ends with 64 on wrong usage: ${args.join(" ")}`, () => {
      const { code, out, err } = assay(...args);
      assert.equal(code, 64);
      assert.equal(out, "");
      assert.match(err, /error: /);
    });
  }

  it("ends with 64 on a bad value, and says what was expected", () => {
    const { code, err } = assay("tx", "bank", "send", "alice", "assay1x", "ten");
    assert.equal(code, 64);
    assert.match(err, /^error E4011: amount: expected a coin like 10ASSAY or 5uassay, got ten$/m);
    assert.match(err, /more {7}assay explain E4011/);
  });

  it("ends with 1 when no node answers, and says where it looked", () => {
    const { code, out, err } = assay("query", "bank", "balance", "assay1x", "uassay");
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.match(err, /error E1001: no node answers\n {2}looked in {2}http:\/\/127\.0\.0\.1:9/);
  });

  it("prints results on stdout alone, as one JSON value with -o json", () => {
    assert.equal(assay("keys", "add", "alice", "--keyring-backend", "test").code, 0);
    const { out, err } = assay("keys", "list", "--keyring-backend", "test", "-o", "json");
    const keys = JSON.parse(out) as { name: string; address: string }[];
    assert.equal(keys[0]?.name, "alice");
    assert.match(keys[0]?.address ?? "", /^assay1/);
    assert.equal(err, "");
  });

  it("C16: shows a mnemonic on a terminal or when asked, never by itself to a pipe", () => {
    const hidden = assay("keys", "add", "bob", "--keyring-backend", "test");
    assert.ok(!/(\b[a-z]{3,8}\b ){11}/.test(hidden.out));
    const shown = assay("keys", "add", "carol", "--keyring-backend", "test", "--show-mnemonic");
    assert.match(shown.out, /(\b[a-z]{3,8}\b ){23}[a-z]{3,8}/);
  });

  it("ends with 1 when a key is missing, and names those that exist", () => {
    const { code, err } = assay("keys", "show", "nobody", "--keyring-backend", "test");
    assert.equal(code, 1);
    assert.match(err, /error E1502: key nobody not found in the test keyring: it has .*alice/);
  });

  it("checks a service file and publishes nothing on a dry run", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "service-"));
    fs.writeFileSync(path.join(folder, "service.yml"), service);
    assert.match(assay("service", "validate", folder).out, /^ok {2}hello@1\.0\.0 {2}greet$/m);
    assert.match(
      assay("service", "publish", folder, "--dry-run").out,
      /hello@1\.0\.0 .* nothing was sent/,
    );
    fs.writeFileSync(
      path.join(folder, "service.yml"),
      service.replace("greet: {}", "greet: { compare: exact }"),
    );
    const bad = assay("service", "validate", folder);
    assert.equal(bad.code, 64);
    assert.match(
      bad.err,
      /service\.yml:5:\d+ {2}tasks\.greet\.compare: expected EXACT, FIELDS, got "exact"/,
    );
  });

  it("explains every code that it prints", () => {
    for (const code of ["E1001", "E1203", "E1419", "E3201", "E4011"])
      assert.equal(assay("explain", code).code, 0, code);
    assert.notEqual(assay("explain", "E0000").code, 0);
  });
});

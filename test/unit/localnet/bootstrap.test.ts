import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { packageRoot } from "../../../cli/home/programs.ts";

/** A checkout without node_modules, whose npm is a script of ours. */
describe("localnet: bootstrap", () => {
  let scratch: string;
  beforeEach(() => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), "assay-bootstrap-"));
    for (const name of ["package.json", "package-lock.json", "localnet/bootstrap.mjs"]) {
      fs.mkdirSync(path.dirname(path.join(scratch, name)), { recursive: true });
      fs.copyFileSync(path.join(packageRoot, name), path.join(scratch, name));
    }
  });
  afterEach(() => fs.rmSync(scratch, { recursive: true }));

  const run = (npm: string, nodeFlags: readonly string[] = []) => {
    const bin = path.join(scratch, "bin");
    fs.mkdirSync(bin);
    fs.writeFileSync(path.join(bin, "npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const args = [...nodeFlags, path.join(scratch, "localnet", "bootstrap.mjs"), "start"];
    return spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}`, TMPDIR: scratch },
    });
  };

  it("E1101: an old Node is named, with what is needed", () => {
    const old = `Object.defineProperty(process.versions, "node", { value: "18.20.4" })`;
    const { status, stderr } = run("exit 0", [`--import=data:text/javascript,${encodeURI(old)}`]);
    assert.equal(status, 1);
    assert.match(stderr, /^error E1101: Node 18\.20\.4 is too old: expected 20\.19 or later$/m);
    assert.match(stderr, /^ {2}fix +install a current Node/m);
  });

  it("E1102: a failed installation shows its last lines and where the log is", () => {
    const { status, stderr } = run(
      `for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; done; exit 1`,
    );
    assert.equal(status, 1);
    const log = /^error E1102: installing the dependencies failed; the log is (.+)$/m.exec(stderr);
    assert.match(fs.readFileSync(log?.[1] ?? "", "utf8"), /^line 1$/m);
    assert.doesNotMatch(stderr, /line 2$/m);
    assert.match(stderr, /line 3\n[^]*line 12$/m);
  });

  it("installs without scripts", () => {
    const { stderr } = run(`echo "npm $*"; exit 1`);
    assert.match(stderr, /npm ci --ignore-scripts/);
  });
});

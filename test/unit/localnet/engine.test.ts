import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { soloFallback } from "../../../cli/comet/choose.ts";
import { Folder } from "../../../localnet/folder.ts";
import { finish } from "../../support/localnet.ts";

/** What makes a program believe that its stderr is a terminal. */
const onTerminal = {
  NODE_OPTIONS: "--import=data:text/javascript,process.stderr.isTTY=true",
  TERM: "xterm",
};

describe("localnet: engine", () => {
  it("E1203: without CometBFT and Go it says where it looked and how to get one", async () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "assay-engine-"));
    const data = path.join(scratch, "net");
    const env = { PATH: path.join(scratch, "none"), HOME: scratch };
    const args = ["--once", "--engine", "comet", "--data", data];
    const { code, err } = await finish("localnet/main", args, env);
    assert.equal(code, 1);
    const lines = err.split("\n");
    assert.equal(lines[0], "error E1203: no CometBFT v0.38 binary found");
    for (const place of ["$COMETBFT (unset)", "PATH (none)", "~/.assay/bin/", "go (none)"])
      assert.ok(lines[1]?.includes(place), `${place} in ${lines[1]}`);
    assert.match(err, /^ {2}fix {8}install Go >= 1\.22\.11 .* npm start$/m);
    assert.match(err, /^ +COMETBFT=\/path\/to\/cometbft npm start/m);
    assert.match(err, /^ +npm start -- --engine solo/m);
    // Several validators have nothing to fall back to.
    const four = await finish("localnet/main", ["--once", "--v", "4", "--data", data], env);
    assert.match(four.err, /^error E1203/);
    fs.rmSync(scratch, { recursive: true });
  });

  const yellow = `\u001b[33m${soloFallback}\u001b[0m`;
  const shownTo: readonly (readonly [string, Record<string, string>, string])[] = [
    ["yellow on a terminal", onTerminal, yellow],
    ["plain where stderr is none", {}, soloFallback],
    ["plain where NO_COLOR says so", { ...onTerminal, NO_COLOR: "1" }, soloFallback],
    ["plain in CI", { ...onTerminal, CI: "true" }, soloFallback],
  ];
  for (const [what, more, line] of shownTo) {
    it(`the line about the solo engine is ${what}`, async () => {
      const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "assay-engine-"));
      const data = path.join(scratch, "net");
      const folder = new Folder(data);
      folder.open();
      // Blocks of CometBFT: it says what it falls back to, and then that this home is not for it.
      fs.mkdirSync(folder.in("node0/data/blockstore.db"), { recursive: true });
      const env = { PATH: path.join(scratch, "none"), HOME: scratch, ...more };
      const { code, err } = await finish("localnet/main", ["--once", "--data", data], env);
      assert.equal(code, 1);
      assert.deepEqual(err.split("\n").slice(0, 1), [line]);
      assert.match(err, /\nerror E1207: /);
      fs.rmSync(scratch, { recursive: true });
    });
  }

  it("E1208: the solo engine takes one consensus validator", async () => {
    const data = fs.mkdtempSync(path.join(os.tmpdir(), "assay-engine-"));
    const args = ["--once", "--v", "4", "--engine", "solo", "--data", data];
    const { code, err } = await finish("localnet/main", args, { HOME: data });
    assert.equal(code, 1);
    assert.match(err, /^error E1208: the solo engine runs one consensus validator, not 4$/m);
    fs.rmSync(data, { recursive: true });
  });
});

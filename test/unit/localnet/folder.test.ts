import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { UserError } from "../../../client/index.ts";
import { Folder } from "../../../localnet/folder.ts";

const network = { chainId: "assay-local-1", validators: 4, executors: 4, portOffset: 100 };
const isRefused = (error: unknown): boolean => error instanceof UserError && error.code === "E1414";

describe("localnet: data folder", () => {
  let scratch: string;
  beforeEach(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), "assay-folder-"))));
  afterEach(() => fs.rmSync(scratch, { recursive: true }));

  it("C15: reset deletes a folder that it made", () => {
    const folder = new Folder(path.join(scratch, "data"));
    folder.open();
    folder.save(network);
    assert.deepEqual(folder.network, network);
    folder.reset();
    assert.equal(fs.existsSync(folder.path), false);
    assert.equal(folder.network, undefined);
  });

  it("C15: a folder of somebody else is neither deleted nor written to", () => {
    const file = path.join(scratch, "thesis.txt");
    fs.writeFileSync(file, "years of work");
    const folder = new Folder(scratch);
    assert.throws(() => folder.reset(), isRefused);
    assert.throws(() => folder.open(), isRefused);
    assert.deepEqual(fs.readdirSync(scratch), ["thesis.txt"]);
    assert.equal(fs.readFileSync(file, "utf8"), "years of work");
  });

  it("C15: what it makes is closed to other users", () => {
    const folder = new Folder(path.join(scratch, "data"));
    folder.open();
    folder.save(network);
    assert.equal(fs.statSync(folder.path).mode & 0o777, 0o700);
    assert.equal(fs.statSync(folder.in("network.json")).mode & 0o777, 0o600);
  });

  it("an empty folder is taken", () => {
    const folder = new Folder(scratch);
    folder.open();
    folder.reset();
    assert.equal(fs.existsSync(scratch), false);
    fs.mkdirSync(scratch);
  });
});

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { UserError } from "../../../client/index.ts";
import { Journal, type SeatRecord } from "../../../executor/journal.ts";
import { lockHome } from "../../../executor/lock.ts";

const directory = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "journal-"));

function record(seat: string, extra: Partial<SeatRecord> = {}): SeatRecord {
  return {
    ...{
      seat,
      taskId: "1",
      attempt: 1,
      unavailable: false,
      resultHash: "aa",
      outputSha256: "bb",
      salt: "cc",
      output: "",
    },
    ...extra,
  };
}

describe("executor: journal", () => {
  it("E2: gives back after a kill what was put, and the last of each seat", () => {
    const dir = directory();
    const journal = Journal.open(dir);
    journal.put(record("1/1/a"));
    journal.put(record("2/1/a"));
    journal.put(record("1/1/a", { commit: { hash: "H", bytes: "Ynl0ZXM=", timeoutHeight: "9" } }));
    // No close: a kill leaves the file as it is.
    const again = Journal.open(dir);
    assert.equal(again.get("1/1/a")?.commit?.hash, "H");
    assert.deepEqual(
      [...again.all()].map(({ seat }) => seat),
      ["1/1/a", "2/1/a"],
    );
  });

  it("E2: drops a torn last line at every length, and nothing else", () => {
    const dir = directory();
    const journal = Journal.open(dir);
    journal.put(record("1/1/a"));
    const file = path.join(dir, "journal.log");
    const whole = fs.readFileSync(file).length;
    journal.put(record("2/1/a"));
    const both = fs.readFileSync(file);
    for (let length = whole; length < both.length - 1; length++) {
      const torn = directory();
      fs.writeFileSync(path.join(torn, "journal.log"), both.subarray(0, length));
      assert.deepEqual(
        [...Journal.open(torn).all()].map(({ seat }) => seat),
        ["1/1/a"],
        `length ${length}`,
      );
    }
  });

  it("drops a line whose checksum does not fit", () => {
    const dir = directory();
    const journal = Journal.open(dir);
    journal.put(record("1/1/a"));
    const file = path.join(dir, "journal.log");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"attempt":1', '"attempt":2'));
    assert.equal(Journal.open(dir).get("1/1/a"), undefined);
  });

  it("shrinks to what is not forgotten, readable by its owner alone", () => {
    const dir = directory();
    const journal = Journal.open(dir);
    for (let i = 0; i < 50; i++) journal.put(record(`${i}/1/a`));
    for (let i = 0; i < 49; i++) journal.forget(`${i}/1/a`);
    journal.close();
    const file = path.join(dir, "journal.log");
    assert.equal(fs.readFileSync(file, "utf8").trim().split("\n").length, 1);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  });
});

describe("executor: lock", () => {
  it("E16: names the process that holds the home, and takes over from a dead one", () => {
    const home = directory();
    fs.writeFileSync(path.join(home, "executor.lock"), "1");
    assert.throws(
      () => lockHome(home),
      (error) =>
        error instanceof UserError && error.code === "E1402" && /process 1/.test(error.what),
    );
    fs.writeFileSync(path.join(home, "executor.lock"), "999999999");
    const unlock = lockHome(home);
    assert.equal(fs.readFileSync(path.join(home, "executor.lock"), "utf8"), String(process.pid));
    unlock();
    assert.ok(!fs.existsSync(path.join(home, "executor.lock")));
  });
});

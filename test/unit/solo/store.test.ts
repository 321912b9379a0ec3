import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { QuerySyntaxError, matches, parseQuery } from "../../../solo/store/query.ts";
import { AppendLog, recordKinds } from "../../../solo/store/log.ts";

describe("solo: block log", () => {
  let folder = "";
  const file = (): string => path.join(folder, "blocks.log");
  const contents = (): string[] => {
    const log = new AppendLog(file());
    const found = [...log.records()].map(
      ({ kind, height, body }) => `${kind} ${height} ${Buffer.from(body).toString()}`,
    );
    log.close();
    return found;
  };
  const write = (): number[] => {
    const log = new AppendLog(file());
    assert.deepEqual([...log.records()], []);
    const ends = ["one", "", "three"].map(
      (text, i) => log.append(recordKinds.block, BigInt(i + 1), Buffer.from(text)).end,
    );
    log.close();
    return ends;
  };

  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-solo-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("gives back what was appended", () => {
    write();
    assert.deepEqual(contents(), ["1 1 one", "1 2 ", "1 3 three"]);
  });

  it("drops a record that was torn at any byte, and goes on behind the last whole one", () => {
    const whole = ["1 1 one", "1 2 ", "1 3 three"];
    const [, , end = 0] = write();
    const bytes = fs.readFileSync(file());
    for (let size = 0; size < end; size++) {
      fs.writeFileSync(file(), bytes.subarray(0, size));
      const kept = contents();
      assert.deepEqual(kept, whole.slice(0, kept.length), `cut at ${size}`);
      const log = new AppendLog(file());
      assert.equal([...log.records()].length, kept.length);
      log.append(recordKinds.commit, 9n, Buffer.from("after"));
      log.close();
      assert.deepEqual(contents(), [...whole.slice(0, kept.length), "4 9 after"]);
    }
  });

  it("drops a record of which any byte was changed, with all that follows", () => {
    const [first = 0, second = 0] = write();
    const bytes = fs.readFileSync(file());
    for (let at = first; at < second; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      fs.writeFileSync(file(), changed);
      assert.deepEqual(contents(), ["1 1 one"], `byte ${at}`);
    }
  });
});

describe("solo: query language", () => {
  const attributes = new Map([
    ["tm.event", ["Tx"]],
    ["tx.height", ["12"]],
    ["transfer.amount", ["15uassay", "3uassay"]],
  ]);
  const holds = (query: string): boolean => matches(parseQuery(query), attributes);

  it("finds equal text, numbers, parts and presence, joined by AND", () => {
    for (const query of [
      "tm.event='Tx'",
      "tm.event = 'Tx' AND tx.height=12",
      "tx.height>11 AND tx.height<=12 AND tx.height<13",
      "transfer.amount='3uassay'",
      "transfer.amount>=15",
      "transfer.amount CONTAINS 'uass' AND tx.height EXISTS",
      'tm.event="Tx"',
    ])
      assert.ok(holds(query), query);
  });

  it("does not find what is not so", () => {
    for (const query of [
      "tm.event='NewBlock'",
      "tm.event='Tx' AND tx.height=13",
      "transfer.amount>15",
      "transfer.sender EXISTS",
      "tm.event=1",
    ])
      assert.ok(!holds(query), query);
  });

  it("refuses what is no query", () => {
    for (const query of ["", "tm.event", "tm.event='Tx' AND", "tm.event='Tx' OR tx.height=1", "=1"])
      assert.throws(() => parseQuery(query), QuerySyntaxError, query);
  });
});

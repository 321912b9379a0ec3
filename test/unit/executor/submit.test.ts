import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { pino } from "pino";
import { RpcError, type Rpc, type TxSender } from "../../../client/index.ts";
import { Journal, type SeatRecord } from "../../../executor/journal.ts";
import { Submitter } from "../../../executor/submit.ts";

const hash = "AB".repeat(32);
const sent = { hash, bytes: "AQ==", timeoutHeight: "22" };
const record: SeatRecord = {
  ...{ seat: "1/1/node", taskId: "1", attempt: 1, unavailable: false },
  ...{ resultHash: "aa", outputSha256: "bb", salt: "cc", output: "", commit: sent },
};

/** A node that has the transaction in no block, and answers its resending so. */
function setup(log: string): { submitter: Submitter; journal: Journal } {
  const journal = Journal.open(fs.mkdtempSync(path.join(os.tmpdir(), "submit-")));
  journal.put(record);
  const rpc: Rpc = {
    endpoint: "",
    call<T>(method: string): Promise<T> {
      if (method === "tx")
        return Promise.reject(new RpcError(-32603, "Internal error", `tx (${hash}) not found`));
      const code = log === "" ? 0 : 32;
      return Promise.resolve({ code, codespace: "sdk", log } as T);
    },
  };
  const sender = {} as TxSender;
  return { submitter: new Submitter(rpc, sender, journal, pino({ level: "silent" })), journal };
}

describe("executor: submitting", () => {
  it("E5: a post in nobody's block is pending until its timeout height, and then made anew", async () => {
    const { submitter, journal } = setup("");
    for (const height of [10n, 15n, 21n])
      assert.equal(await submitter.isPending(record, "commit", height), true);
    assert.equal(await submitter.isPending(record, "commit", 22n), false);
    assert.equal(journal.get(record.seat)?.commit, undefined);
  });

  it("E3: a post whose sequence another transaction used is made anew two heights later", async () => {
    const { submitter, journal } = setup("account sequence mismatch, expected 5, got 4: incorrect");
    assert.equal(await submitter.isPending(record, "commit", 10n), true);
    assert.equal(await submitter.isPending(record, "commit", 11n), true);
    assert.deepEqual(journal.get(record.seat)?.commit, sent);
    assert.equal(await submitter.isPending(record, "commit", 12n), false);
    assert.equal(journal.get(record.seat)?.commit, undefined);
  });

  it("E3: a post whose sequence is still to come may come", async () => {
    const { submitter } = setup("account sequence mismatch, expected 4, got 5: incorrect");
    for (const height of [10n, 12n, 21n])
      assert.equal(await submitter.isPending(record, "commit", height), true);
  });
});

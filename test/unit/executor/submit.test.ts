import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { pino } from "pino";
import {
  RpcError,
  TxRefused,
  type Rpc,
  type SendOptions,
  type TxSender,
} from "../../../client/index.ts";
import { Journal, type SeatRecord } from "../../../executor/journal.ts";
import { Submitter, type Phase } from "../../../executor/submit.ts";
import { MemoryJournalDisk } from "../../support/journalDisk.ts";

const hash = "AB".repeat(32);
const sent = { hash, bytes: "AQ==", timeoutHeight: "22" };
const record: SeatRecord = {
  ...{ seat: "1/1/node", taskId: "1", attempt: 1, unavailable: false },
  ...{ resultHash: "aa", outputSha256: "bb", salt: "cc", output: "", commit: sent },
};

/** A node that has the transaction in no block, and answers its resending so. */
function setup(log: string, refuse?: Error, included?: object, disk?: MemoryJournalDisk) {
  const calls: string[] = [];
  const second = { ...record, seat: "2/1/node", taskId: "2" };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "submit-"));
  const journal = Journal.open(folder, disk);
  for (const one of [record, second]) journal.put(one);
  const rpc: Rpc = {
    endpoint: "",
    call<T>(method: string): Promise<T> {
      calls.push(method);
      if (method === "tx" && included !== undefined) return Promise.resolve(included as T);
      if (method === "tx")
        return Promise.reject(new RpcError(-32603, "Internal error", `tx (${hash}) not found`));
      const code = log === "" ? 0 : 32;
      return Promise.resolve({ code, codespace: "sdk", log } as T);
    },
  };
  const sender = {
    broadcast(_: unknown, options: SendOptions): Promise<never> {
      options.beforeSend?.({ hash, bytes: Uint8Array.of(1), fee: 0n });
      return Promise.reject(refuse ?? new Error("nothing is sent here"));
    },
  } as unknown as TxSender;
  const silent = pino({ level: "silent" });
  const submitter = new Submitter(rpc, sender, journal, silent);
  return { submitter, journal, calls, second, folder };
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

  it("C2: all posts of a transaction share one look and one resending a height", async () => {
    const { submitter, calls, second } = setup("");
    for (let round = 0; round < 5; round++)
      for (const one of [record, second])
        assert.equal(await submitter.isPending(one, "commit", 10n), true);
    assert.deepEqual(calls, ["tx", "broadcast_tx_sync"]);
    assert.equal(await submitter.isPending(second, "commit", 11n), true);
    assert.equal(calls.length, 4);
    for (const one of [record, second])
      assert.equal(await submitter.isPending(one, "commit", 22n), false);
    assert.equal(calls.length, 5);
  });

  it("E3: a post in a block above the state that was read is not made again", async () => {
    const included = { hash, height: "11", tx_result: { code: 0 } };
    const { submitter, journal } = setup("", undefined, included);
    assert.equal(await submitter.isPending(record, "commit", 10n), true);
    assert.deepEqual(journal.get(record.seat)?.commit, sent);
    // The state after that block still waits for it: it was refused there.
    assert.equal(await submitter.isPending(record, "commit", 11n), false);
    assert.equal(journal.get(record.seat)?.commit, undefined);
  });

  it("C2: posts that CheckTx refused are made anew at the next height, not held until their timeout", async () => {
    const refuse = new TxRefused("sdk", 20, "mempool is full");
    const { submitter, journal, second } = setup("", refuse);
    const post = { record: second, post: {}, outputBytes: 0 };
    const message = { typeUrl: "", value: {} };
    const sending = submitter.send([post], "commit", 10n, () => message);
    await assert.rejects(sending, /mempool is full/);
    const kept = journal.get(second.seat) ?? assert.fail("forgotten");
    assert.equal(kept.commit, undefined);
    assert.equal(await submitter.isPending(kept, "commit", 10n), true);
    assert.equal(await submitter.isPending(kept, "commit", 11n), false);
  });

  it("E3: a post whose sequence is still to come may come", async () => {
    const { submitter } = setup("account sequence mismatch, expected 4, got 5: incorrect");
    for (const height of [10n, 12n, 21n])
      assert.equal(await submitter.isPending(record, "commit", height), true);
  });

  it("E2: on a full disk a reveal goes out and is sent again, a commitment does not", async () => {
    const disk = new MemoryJournalDisk();
    const away = new Error("nothing is sent here");
    const { submitter, journal, second, calls, folder } = setup("", away, undefined, disk);
    disk.break({ fault: "ENOSPC", at: 0, forever: true });
    const bare = { ...second };
    delete bare.commit;
    const message = { typeUrl: "", value: {} };
    const send = (phase: Phase): Promise<void> =>
      submitter.send([{ record: bare, post: {}, outputBytes: 0 }], phase, 10n, () => message);
    await assert.rejects(send("commit"), /E1437.*ENOSPC/);
    await assert.rejects(send("reveal"), /nothing is sent here/);
    const kept = journal.get(second.seat) ?? assert.fail("forgotten");
    assert.deepEqual(kept.reveal, { hash, bytes: "AQ==", timeoutHeight: "22" });
    assert.equal(await submitter.isPending(kept, "reveal", 11n), true);
    assert.deepEqual(calls, ["tx", "broadcast_tx_sync"]);
    // With room all that is in memory is written again.
    disk.break(undefined);
    journal.put(record);
    disk.cutPower();
    assert.deepEqual(Journal.open(folder, disk).get(second.seat), kept);
  });
});

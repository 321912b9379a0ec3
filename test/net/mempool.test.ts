import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { AssayClient } from "../../client/index.ts";
import { utf8Encode } from "../../core/bytes.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Task,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { PostStatus } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { loadAccounts, rpcCaller } from "../perf/load.ts";
import { allPosts } from "../support/blocks.ts";
import { cometForTests } from "../support/comet.ts";
import {
  Flood,
  broadcast,
  requestMessage,
  sendMessage,
  sign,
  type Caller,
  type FloodTx,
} from "../support/flood.ts";
import { balanceOf } from "../support/ledger.ts";
import { TestNetwork, releaseName, taskKey, until } from "../support/network.ts";

const { path: comet, skip } = await cometForTests();
/** More than the flood's requests that are accepted: each comes from another one. */
const floodAccounts = 2_560;
const connections = 64;
const mempoolSize = 100;
/** Of genesis before those of the flood. */
const ownAccounts = 10n;
const accounts = loadAccounts(floodAccounts + 8, "assay");
const input = { numbers: [1, 2, 3] };
const inputBytes = utf8Encode(JSON.stringify(input));
/** Requests that are accepted for blocks, for every post that must be in its window beside them. */
const perPost = 10;
/** Of the flood: so many that tasks are served all the time. */
const flooded = 2_000;
/** Seats of one node: most of the flood finds none and needs no posts. */
const capacity = 4;
/** While the flood goes on: those of four tasks. */
const leastBeside = 24;

describe("C2, X24: a mempool that is flooded", { skip, timeout: 600_000 }, () => {
  let net: TestNetwork;
  let client: AssayClient;
  let call: Caller;
  let rpc = "";
  const sequences = accounts.map(() => 0n);

  before(async () => {
    // Small, so that any loader fills it on any machine.
    const config = { "mempool.size": mempoolSize };
    net = await TestNetwork.start(comet, 1, undefined, { accounts, config });
    rpc = net.rpc[0] ?? assert.fail("no node");
    await net.publish({ commitBlocks: 100, revealBlocks: 60 });
    for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner, { capacity });
    await net.untilEligible(4);
    client = await net.client(0);
    call = rpcCaller(rpc, 4);
  });

  after(async () => net?.stop());

  const by = (index: number, more: Omit<FloodTx, "account" | "accountNumber">): Uint8Array => {
    const account = accounts[index] ?? assert.fail("no account");
    const accountNumber = ownAccounts + BigInt(index);
    return sign(net.network.chainId, { account, accountNumber, ...more });
  };
  const addressAt = (index: number): string => accounts[index % accounts.length]?.address ?? "";
  /** Of the account, with the sequence that follows. */
  const nextRequest = (index: number): Uint8Array => {
    const sequence = sequences[index] ?? 0n;
    sequences[index] = sequence + 1n;
    const requester = addressAt(index);
    const request = requestMessage({
      ...{ requester, service: "sum-demo", version: "1.0.0", taskKey, validators: 2 },
      ...{ input: { inline: inputBytes }, maxFee: "1000000" },
    });
    return by(index, { sequence, messages: [request], gas: 500_000n, fee: 12_500n });
  };
  const fresh = floodAccounts;

  it("commits and reveals keep flowing beside ten times as many accepted requests: all in time, nobody slashed", async (context) => {
    const counts = new Array<number>(connections).fill(0);
    const before = await client.height();
    // Every connection has accounts of its own, so that their sequences stay in order.
    const flood = new Flood(rpc, connections, (connection) => {
      const turn = (counts[connection] = (counts[connection] ?? 0) + 1);
      return nextRequest(connection + connections * (turn % (floodAccounts / connections)));
    });
    try {
      const isTaken = async (): Promise<true | undefined> =>
        flood.full > 0 && flood.accepted >= flooded ? true : undefined;
      await until(isTaken, 240_000, 50).catch(() =>
        assert.fail(`${flood.accepted} taken, ${flood.full} while full`),
      );
    } finally {
      await flood.stop();
    }
    const stopped = Number(await client.height());
    assert.deepEqual([...flood.refused.keys()], []);
    await emptied(call);
    // The last ones may wait for reveals, which are posted when the mempool is empty already.
    const tasks = await until(
      async () => {
        const all = await allTasks(client);
        return all.every(hasEnded) ? all : undefined;
      },
      240_000,
      500,
    );
    const last = Number(await client.height());
    const posts = await allPosts(client.rpc, last, Number(before));
    const late = posts.filter(({ status }) => status !== PostStatus.POST_STATUS_OK);
    assert.deepEqual(late, [], "expected every post in its window");
    assert.ok(
      flood.accepted >= perPost * posts.length,
      `${flood.accepted} requests accepted beside ${posts.length} posts`,
    );
    const beside = posts.filter(({ height }) => height <= stopped);
    assert.ok(beside.length >= leastBeside, `${beside.length} posts while the flood went on`);
    // CANCELLED: the nodes had no seat left for it. Where even its request finds none, there is no task.
    const served = tasks.filter(({ status }) => status !== TaskStatus.TASK_STATUS_CANCELLED);
    served.forEach(assertPaid);
    // Three commits and three reveals each: no seat was silent.
    assert.equal(posts.length, 6 * served.length);
    const distinct = sequences.filter((sequence) => sequence > 0n).length;
    assert.ok(distinct >= flooded, `${distinct} accounts`);
    const blocks = last - Number(before);
    context.diagnostic(`${flood.full} times refused because full, in ${blocks} blocks`);
    context.diagnostic(`reliability: flood requests accepted = ${flood.accepted}`);
    context.diagnostic(`reliability: distinct accounts in CometBFT's mempool = ${distinct}`);
    context.diagnostic(`reliability: flood requests refused while full = ${flood.full}`);
    context.diagnostic(`reliability: flood requests that made a task = ${tasks.length}`);
    context.diagnostic(`reliability: tasks served beside the flood = ${served.length}`);
    context.diagnostic(`reliability: posts in time beside the flood = ${posts.length}`);
  });

  it("a gap in the sequences is refused and blocks nothing", async () => {
    const messages = [sendMessage(addressAt(fresh), addressAt(0))];
    const ahead = by(fresh, { sequence: 2n, messages });
    assert.equal((await broadcast(call, ahead)).code, 32);
    for (const sequence of [0n, 1n])
      assert.deepEqual(await broadcast(call, by(fresh, { sequence, messages })), accepted);
    assert.deepEqual(await broadcast(call, ahead), accepted);
    await emptied(call);
    const sequence = 3n;
    assert.deepEqual(await broadcast(call, by(fresh, { sequence, messages })), accepted);
  });

  it("fees that are none, too low, or more than the sender has are refused before anything is stored", async () => {
    const index = fresh + 1;
    const messages = [sendMessage(addressAt(index), addressAt(0))];
    for (let i = 0; i < 200; i++) {
      const low = by(index, { sequence: 0n, messages, fee: BigInt(i), memo: `${i}` });
      assert.equal((await broadcast(call, low)).code, 13);
    }
    const dear = by(index, { sequence: 0n, messages, fee: 10n ** 18n });
    assert.equal((await broadcast(call, dear)).code, 5);
    await emptied(call);
  });

  it("700 KB: refused where no message may be so long, paid for where one fails in its block; blocks go on", async (context) => {
    const index = fresh + 2;
    const sender = addressAt(index);
    const one = [sendMessage(sender, addressAt(0))];
    const memo = by(index, { sequence: 0n, messages: one, memo: "x".repeat(700_000) });
    assert.equal((await broadcast(call, memo)).code, 12);
    const many = Array.from({ length: 4_500 }, () => one[0] ?? assert.fail());
    const messages = by(index, { sequence: 0n, messages: many });
    assert.equal((await broadcast(call, messages)).code, 2);

    const inline = new Uint8Array(700_000);
    const request = { requester: sender, service: "sum-demo", version: "1.0.0", taskKey };
    const long = [requestMessage({ ...request, validators: 2, input: { inline }, maxFee: "1" })];
    const gas = 8_000_000n;
    const fee = 200_000n;
    const cheap = by(index, { sequence: 0n, messages: long, gas, fee: 5_000n });
    assert.equal((await broadcast(call, cheap)).code, 13);
    const short = by(index, { sequence: 0n, messages: long, gas: 200_000n, fee });
    assert.equal((await broadcast(call, short)).code, 11);
    const before = await balanceOf(client, sender);
    const costed = by(index, { sequence: 0n, messages: long, gas, fee });
    assert.deepEqual(await broadcast(call, costed), accepted);
    await emptied(call);
    assert.equal(before - (await balanceOf(client, sender)), fee, "its fee is gone, nothing else");

    // The RPC itself takes a million bytes of JSON.
    const huge = by(index, { sequence: 1n, messages: one, memo: "x".repeat(800_000) });
    await assert.rejects(async () => {
      const { code, why } = await broadcast(call, huge);
      throw new Error(`${code}: ${why}`);
    });
    assertPaid((await client.run(releaseName, taskKey, input, { timeoutMs: 120_000 })).task);
    context.diagnostic(`a transaction of ${costed.length} bytes was in a block`);
  });

  it("bytes that are no transactions, as fast as they can be sent: tasks end VALID beside them", async (context) => {
    const sizes = [1, 10, 200, 2_000, 20_000];
    let turn = 0;
    const junk = new Flood(rpc, connections, () => randomBytes(sizes[turn++ % sizes.length] ?? 1));
    try {
      for (let i = 0; i < 3; i++) {
        const { task } = await client.run(releaseName, taskKey, input, { timeoutMs: 120_000 });
        assertPaid(task);
      }
    } finally {
      await junk.stop();
    }
    assert.equal(junk.accepted, 0);
    await emptied(call);
    context.diagnostic(`reliability: junk transactions refused = ${turn}`);
  });
});

const accepted = { code: 0, why: "" };

async function allTasks(client: AssayClient): Promise<Task[]> {
  const all: Task[] = [];
  let key: Uint8Array = new Uint8Array();
  do {
    const page = { key, offset: 0n, limit: 100n, countTotal: false, reverse: false };
    const { tasks, pagination } = await client.tasks.tasks({ pagination: page });
    all.push(...tasks);
    key = pagination?.nextKey ?? new Uint8Array();
  } while (key.length > 0);
  return all;
}

async function waitingOf(call: Caller): Promise<number> {
  return Number((await call("num_unconfirmed_txs", {})).result?.["n_txs"]);
}

async function emptied(call: Caller): Promise<void> {
  const isEmpty = async (): Promise<true | undefined> =>
    (await waitingOf(call)) === 0 ? true : undefined;
  await until(isEmpty, 240_000, 100);
}

const hasEnded = ({ status }: Task): boolean => status >= TaskStatus.TASK_STATUS_VALID;

function assertPaid(task: Task): void {
  assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
  for (const seat of task.seats) {
    if (seat.status === SeatStatus.SEAT_STATUS_RESERVE) continue;
    const { outcome, slashed, late } = seat;
    const paid = { outcome: SeatOutcome.SEAT_OUTCOME_PAID, slashed: "0", late: false };
    assert.deepEqual({ outcome, slashed, late }, paid, `${task.id}: ${seat.node}`);
  }
}

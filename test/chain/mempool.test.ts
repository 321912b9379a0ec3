import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { equalBytes } from "../../core/bytes.ts";
import { Role, SeatStatus, TaskStatus, type Seat, type Task } from "../../modules/tasks/types.ts";
import { send } from "../support/chainSends.ts";
import { startChain } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";
import { TaskNet } from "../support/taskNet.ts";

const mempoolFull = 20;
const limits = { txs: 10n, bytes: 1_000_000n };

describe("C2, X24: what may wait for a block", () => {
  it("the last fifth of the mempool is for posts that the chain waits for", () => {
    const net = new TaskNet(4, { mempool: limits });
    net.request();
    net.chain.next({ blocks: 2 });
    const { chain, author, requester } = net;
    const submit = (tx: Uint8Array): number => chain.submit(tx).code;
    const some = (): Uint8Array => chain.tx(author, send(author, requester), { fee: "5000uassay" });
    for (let i = 0; i < 8; i++) assert.equal(submit(some()), 0);
    const refused = chain.tx(requester, send(requester, author), { fee: "900000uassay" });
    const { code, codespace, log } = chain.submit(refused);
    assert.deepEqual([codespace, code], ["sdk", mempoolFull]);
    assert.match(log, /^8 transactions of \d+ bytes wait: .*: mempool is full$/);

    const task = net.task();
    const seats = task.seats.filter(({ status }) => status !== SeatStatus.SEAT_STATUS_RESERVE);
    assert.equal(seats.length, 3);
    for (const seat of seats) assert.equal(submit(net.commitTx(task, seat, "hello")), 0);
    // No seat of this task is that node's: its post is like any other transaction.
    const [seat] = seats;
    const stranger = net.nodes.find(({ address }) => seats.every(({ node }) => node !== address));
    assert.ok(seat !== undefined && stranger !== undefined);
    const foreign = chain.submit(net.commitTx(task, { ...seat, node: stranger.address }, "hello"));
    assert.notEqual(foreign.code, 0);

    chain.next();
    assert.ok(chain.last.results.every((result) => result.code === 0));
    assert.equal(submit(refused), 0, "after the block there is room again");
  });

  it("what a block left waiting still counts after it", () => {
    const chain = startChain({ mempool: limits });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const txs = Array.from({ length: 9 }, () => chain.tx(alice, send(alice, bob)));
    for (const tx of txs.slice(0, 8)) assert.equal(chain.submit(tx).code, 0);
    // Decided by others, who had heard of the first three alone.
    const waiting = chain.mempool;
    chain.mempool = waiting.slice(0, 3);
    chain.next();
    for (const tx of waiting.slice(3))
      assert.equal(chain.first.app.checkTx({ tx, type: 1 }).code, 0);
    const answers = [0, 1, 2, 3].map((i) => {
      const tx = chain.tx(bob, send(bob, alice, String(i + 1)), { sequence: BigInt(i) });
      return chain.first.app.checkTx({ tx, type: 0 }).code;
    });
    assert.deepEqual(answers, [0, 0, 0, mempoolFull]);
  });

  it("bytes count too: a few long transactions do not take the posts' room", () => {
    const chain = startChain({ mempool: { txs: 1_000n, bytes: 40_000n } });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const long = (): Uint8Array => {
      const messages = Array.from({ length: 100 }, () => send(alice, bob));
      return chain.tx(alice, messages, { gas: 50_000_000n });
    };
    const codes = Array.from({ length: 5 }, () => chain.submit(long()).code);
    const fitting = Math.floor(32_000 / long().length);
    assert.ok(fitting > 1 && fitting < 5, `${fitting} fit`);
    const expected = codes.map((_, i) => (i < fitting ? 0 : mempoolFull));
    assert.deepEqual(codes, expected);
  });
});

describe("B20, X24: ten times as many accepted requests as posts", () => {
  const nodes = 9;
  const wanted = 3;
  /** Commits and reveals of an executor and two validators each. */
  const needed = 6 * wanted;
  /** Each asks once: its next request would wait for the block that takes this one. */
  const strangers = 10 * needed;

  it("wait, and pay more: every commit and every reveal is in the next block", (test) => {
    const net = new TaskNet(nodes, { maxBytes: 12_000n }, {}, strangers);
    const { chain } = net;
    const others = net.strangers;
    for (let i = 0; i < wanted; i++) net.request();
    chain.next({ blocks: 2 });
    const ids = Array.from({ length: wanted }, (_, i) => BigInt(i + 1));
    const seats = (): readonly { readonly task: Task; readonly seat: Seat }[] =>
      ids
        .map((id) => net.task(id))
        .flatMap((task) =>
          task.seats
            .filter(({ status }) => status !== SeatStatus.SEAT_STATUS_RESERVE)
            .map((seat) => ({ task, seat })),
        );
    assert.equal(seats().length, 3 * wanted);
    let turn = 0;
    /** Half of the flood is there before the posts, all of it offers a hundred times their fee. */
    const inNextBlock = (posts: readonly Uint8Array[]): void => {
      const flood = (count: number): void => {
        for (let i = 0; i < count; i++, turn++) {
          const from = others[turn] ?? assert.fail();
          const paid = { fee: "200000uassay", gas: 500_000n };
          const { code, log } = chain.submit(chain.tx(from, net.requestBy(from), paid));
          assert.equal(code, 0, log);
        }
      };
      flood(5 * posts.length);
      for (const tx of posts) assert.equal(chain.submit(tx).code, 0);
      flood(5 * posts.length);
      const before = chain.mempool.length;
      chain.next();
      const { txs, results } = chain.last;
      assert.ok(before >= 11 * posts.length, `waited: ${before}`);
      assert.ok(chain.mempool.length > 0, "expected more than fits into a block");
      for (const post of posts) {
        const at = txs.findIndex((tx) => equalBytes(tx, post));
        assert.equal(results[at]?.code, 0, "expected every post in the next block");
      }
    };
    inNextBlock(seats().map(({ task, seat }) => net.commitTx(task, seat, "hello")));
    const first = seats().filter(({ seat }) => seat.role === Role.ROLE_EXECUTOR);
    inNextBlock(first.map(({ task, seat }) => net.revealTx(task, seat, "hello")));
    const rest = seats().filter(({ seat }) => seat.role !== Role.ROLE_EXECUTOR);
    inNextBlock(rest.map(({ task, seat }) => net.revealTx(task, seat, "hello")));
    for (const id of ids) {
      const { status, seats: ended } = net.task(id);
      assert.equal(status, TaskStatus.TASK_STATUS_VALID);
      assert.ok(ended.every(({ slashed }) => slashed === 0n));
    }
    assert.equal(turn, 10 * needed);
    test.diagnostic(`reliability: requests accepted beside ${needed} posts = ${turn}`);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TaskStatus } from "../../../../modules/tasks/index.ts";
import { TaskChain } from "../../../support/taskChain.ts";
import {
  calledSeats,
  cancel,
  commit,
  drawn,
  request,
  reveal,
  type Answer,
} from "../../../support/taskMoves.ts";

// PROTOCOL 11: N = 2, p = 1,000, a = 10 %, x = 5 %, e = u = 0, post_fee 2,500, appeals off (uassay).

type Books = {
  readonly requester: bigint;
  readonly nodes: bigint;
  readonly operators: bigint;
  readonly author: bigint;
  readonly collector: bigint;
  readonly supply: bigint;
};

function books(chain: TaskChain): Books {
  const sum = (keys: readonly { readonly address: never | string }[]): bigint =>
    keys.reduce((total, key) => total + chain.balance(key as never), 0n);
  return {
    requester: chain.balance(chain.requester),
    nodes: sum(chain.nodes),
    operators: sum(chain.operators),
    author: chain.balance(chain.author),
    collector: chain.balance("fee_collector"),
    supply: chain.supply(),
  };
}

function changes(before: Books, after: Books): Record<string, bigint> {
  return {
    requester: after.requester - before.requester,
    nodes: after.nodes - before.nodes,
    operators: after.operators - before.operators,
    author: after.author - before.author,
    collector: after.collector - before.collector,
    burned: before.supply - after.supply,
  };
}

/** All commit, then all reveal, the executor first. */
function play(chain: TaskChain, answers: readonly Answer[]): void {
  const task = drawn(chain);
  const seats = calledSeats(task);
  const answerOf = (i: number): Answer => answers[i] ?? "hello";
  chain.block(seats.map((seat, i) => commit(chain, task, seat, answerOf(i))));
  const [executor, ...validators] = seats;
  assert.ok(executor !== undefined);
  chain.block([reveal(chain, task, executor, answerOf(0))]);
  chain.block(validators.map((seat, i) => reveal(chain, task, seat, answerOf(i + 1))));
}

describe("worked example", () => {
  it("B = 3,000, ten posts, escrow 28,450", () => {
    const chain = new TaskChain();
    chain.block([request(chain)]);
    const { escrow } = chain.task();
    assert.equal(escrow.work, 3_000n);
    assert.equal(escrow.posts, 10);
    assert.equal(escrow.total, 28_450n);
    assert.equal(chain.balance("tasks"), 28_450n);
  });

  it("VALID: nodes 3 x 1,000, author 300, tax 75 burned + 75, operators 6 x 2,500, back 10,000", () => {
    const chain = new TaskChain();
    const before = books(chain);
    play(chain, ["hello", "hello", "hello"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
    assert.deepEqual(changes(before, books(chain)), {
      requester: -18_450n,
      nodes: 3_000n,
      operators: 15_000n,
      author: 300n,
      collector: 75n,
      burned: 75n,
    });
    assert.equal(chain.task().settlement?.refunded, 10_000n);
  });

  it("UNAVAILABLE by all three: operators 15,000, burned 150, back 13,300", () => {
    const chain = new TaskChain();
    const before = books(chain);
    play(chain, ["unavailable", "unavailable", "unavailable"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_UNAVAILABLE);
    assert.deepEqual(changes(before, books(chain)), {
      requester: -15_150n,
      nodes: 0n,
      operators: 15_000n,
      author: 0n,
      collector: 0n,
      burned: 150n,
    });
    assert.equal(chain.task().settlement?.refunded, 13_300n);
  });

  it("NO_MAJORITY, two sharing: operators 10,000, burned 150, back 18,300", () => {
    const chain = new TaskChain();
    const before = books(chain);
    play(chain, ["hello", "hello", "other"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.deepEqual(changes(before, books(chain)), {
      requester: -10_150n,
      nodes: 0n,
      operators: 10_000n,
      author: 0n,
      collector: 0n,
      burned: 150n,
    });
    assert.equal(chain.task().settlement?.refunded, 18_300n);
  });

  it("EXPIRED without a commit: burned 150, back 28,300", () => {
    const chain = new TaskChain({ commitBlocks: 5 });
    const before = books(chain);
    drawn(chain);
    chain.blocks(20);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_EXPIRED);
    assert.deepEqual(changes(before, books(chain)), {
      requester: -150n,
      nodes: 0n,
      operators: 0n,
      author: 0n,
      collector: 0n,
      burned: 150n,
    });
    assert.equal(chain.task().settlement?.refunded, 28_300n);
  });

  it("CANCELLED: back 28,450", () => {
    const chain = new TaskChain();
    const before = books(chain);
    chain.block([request(chain), cancel(chain, 1n)]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_CANCELLED);
    assert.deepEqual(books(chain), before);
    assert.equal(chain.task().settlement?.refunded, 28_450n);
  });

  it("request h, draw h+1, commits h+2, executor's reveal h+3, validators' reveals and tally h+4", () => {
    const chain = new TaskChain();
    play(chain, []);
    const task = chain.task();
    const h = task.requestedHeight;
    assert.equal(task.drawnHeight, h + 1n);
    const [executor, ...validators] = calledSeats(task);
    assert.deepEqual(
      calledSeats(task).map((seat) => seat.committedHeight),
      [h + 2n, h + 2n, h + 2n],
    );
    assert.equal(executor?.revealedHeight, h + 3n);
    assert.deepEqual(
      validators.map((seat) => seat.revealedHeight),
      [h + 4n, h + 4n],
    );
    assert.equal(task.tallyHeight, h + 4n);
  });

  it("a silent executor: windows h+2..h+41 and h+42..h+81, the reserve commits h+43, reveals h+44, tally h+45", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const h = task.requestedHeight;
    assert.deepEqual([task.windowStart + 1n, task.windowEnd], [h + 2n, h + 41n]);
    const [, ...validators] = calledSeats(task);
    chain.block(validators.map((seat) => commit(chain, task, seat, "hello")));
    while (chain.height < h + 41n) chain.block();
    const again = chain.task();
    assert.equal(again.attempt, 2);
    assert.deepEqual([again.windowStart + 1n, again.windowEnd], [h + 42n, h + 81n]);
    chain.block();
    const reserve = again.seats[again.executorSeat];
    assert.ok(reserve !== undefined);
    chain.block([commit(chain, again, reserve, "hello")]);
    assert.equal(chain.height, h + 43n);
    chain.block([reveal(chain, again, reserve, "hello")]);
    chain.block(validators.map((seat) => reveal(chain, again, seat, "hello")));
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.tallyHeight, h + 45n);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { amount } from "../../../../core/math/integers.ts";
import { dec } from "../../../../core/math/dec.ts";
import { TaskStatus } from "../../../../modules/tasks/index.ts";
import {
  windowFrom,
  executorHalf,
  proposersNeeded,
  wasFull,
} from "../../../../modules/tasks/windows.ts";
import { TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, request, reveal } from "../../../support/taskMoves.ts";

describe("tasks: life", () => {
  it("C7: goes from the request to VALID in four blocks", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    assert.equal(task.status, TaskStatus.TASK_STATUS_COMMIT);
    const seats = calledSeats(task);
    const [executor, ...validators] = seats;
    assert.ok(executor !== undefined);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    assert.deepEqual(chain.eventsOf("task_revealing"), [{ task_id: "1", deadline: "43" }]);
    chain.block([reveal(chain, task, executor, "hello")]);
    chain.block(
      validators.map((seat) => reveal(chain, task, seat, "hello", { output: undefined })),
    );
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.finishedHeight, 5n);
    assert.equal(ended.settled, true);
  });

  it("C7: a parameter change in the middle of a task does not touch it", () => {
    const chain = new TaskChain({ commitBlocks: 5, nodes: 7 });
    chain.block([request(chain)]);
    chain.setParams({
      postFee: amount(1n),
      tax: dec(0n),
      attempts: 1,
      reserves: 0,
      maxInline: 0,
      maxValidators: 0,
      validatorFee: dec(0n),
    });
    chain.block();
    const task = chain.task();
    assert.equal(task.seats.length, 5);
    while (chain.task().attempt === 1) chain.block();
    const again = chain.task();
    const reserve = again.seats[again.executorSeat];
    assert.ok(reserve !== undefined);
    const answering = [reserve, ...calledSeats(task).slice(1)];
    chain.block(answering.map((seat) => commit(chain, again, seat, "hello")));
    chain.block(answering.map((seat) => reveal(chain, again, seat, "hello")));
    const { settlement, status } = chain.task();
    assert.equal(status, TaskStatus.TASK_STATUS_VALID);
    assert.deepEqual(
      [settlement?.nodes, settlement?.operators, settlement?.burned, settlement?.feeCollector],
      [3_000n, 15_000n, 75n, 75n],
    );
  });

  it("many tasks in one block are served in order, at most due_per_block seats a block", () => {
    const chain = new TaskChain({ nodes: 8, params: { duePerBlock: 3 } });
    chain.block([request(chain), request(chain), request(chain)]);
    chain.block();
    const tasks = [1n, 2n, 3n].map((id) => chain.task(id));
    const all = tasks.flatMap((task) => calledSeats(task).map((seat) => ({ task, seat })));
    chain.block(all.map(({ task, seat }) => commit(chain, task, seat, "hello")));
    assert.ok(tasks.every(({ id }) => chain.task(id).status === TaskStatus.TASK_STATUS_REVEAL));
    chain.block(all.map(({ task, seat }) => reveal(chain, task, seat, "hello")));
    const ends: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      ends.push(...tasks.map(({ id }) => chain.task(id).finishedHeight));
      chain.block();
    }
    // Three seats are one end a block, the oldest first.
    assert.deepEqual(ends, [4n, 0n, 0n, 4n, 5n, 0n, 4n, 5n, 6n]);
  });
});

describe("tasks: windows", () => {
  it("open for start < x <= start + blocks, three times that at the latest", () => {
    assert.deepEqual(windowFrom(10n as never, 5), {
      windowStart: 10n,
      windowEnd: 15n,
      windowLimit: 25n,
    });
  });

  it("the executor's half is rounded down", () => {
    assert.deepEqual(
      [5, 6, 7].map((blocks) => executorHalf(10n as never, blocks)),
      [12n, 13n, 13n],
    );
  });

  it("three proposers, or as many as there are", () => {
    assert.deepEqual([1, 2, 3, 4, 100].map(proposersNeeded), [1, 2, 3, 3, 3]);
  });

  it("full means half of the blocks or more", () => {
    assert.deepEqual(
      [wasFull(2n, 5n), wasFull(3n, 5n), wasFull(2n, 4n), wasFull(1n, 4n)],
      [false, true, true, false],
    );
  });
});

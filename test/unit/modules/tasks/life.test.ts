import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TaskStatus } from "../../../../modules/tasks/index.ts";
import { TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, reveal } from "../../../support/taskMoves.ts";

describe("tasks: life", () => {
  it("goes from the request to VALID in four blocks", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    assert.equal(task.status, TaskStatus.TASK_STATUS_COMMIT);
    assert.equal(task.requestedHeight, 1n);
    assert.equal(task.drawnHeight, 2n);
    const seats = calledSeats(task);
    const [executor, ...validators] = seats;
    assert.ok(executor !== undefined);
    const commits = chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    assert.deepEqual(
      commits.map((one) => one.ok && (one.response as { statuses: number[] }).statuses),
      [[1], [1], [1]],
    );
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    chain.block([reveal(chain, task, executor, "hello")]);
    chain.block(
      validators.map((seat) => reveal(chain, task, seat, "hello", { output: undefined })),
    );
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.finishedHeight, 5n);
  });
});

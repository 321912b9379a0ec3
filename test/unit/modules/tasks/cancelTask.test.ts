import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pendingDraws } from "../../../../modules/beacon/index.ts";
import { openWindows } from "../../../../modules/clock/index.ts";
import { TaskStatus } from "../../../../modules/tasks/index.ts";
import { codesOf, TaskChain } from "../../../support/taskChain.ts";
import { cancel, drawn, request } from "../../../support/taskMoves.ts";

describe("tasks: cancel", () => {
  it("gives everything back, takes the draw out and stops the tick", () => {
    const chain = new TaskChain({ params: { drawDelay: 5 } });
    const before = chain.balance(chain.requester);
    chain.block([request(chain)]);
    chain.block();
    assert.deepEqual(codesOf(chain.block([cancel(chain, 1n)])), ["ok"]);
    assert.equal(chain.balance(chain.requester), before);
    assert.equal(pendingDraws(chain.ctx), 0n);
    assert.equal(openWindows(chain.ctx), 0n);
    const task = chain.task();
    assert.deepEqual(
      [task.status, task.finishedHeight, task.settled],
      [TaskStatus.TASK_STATUS_CANCELLED, 3n, true],
    );
    assert.equal(chain.eventsOf("task_finished")[0]?.["status"], "cancelled");
  });

  it("refuses an unknown task, another requester, a second time and after the draw", () => {
    const chain = new TaskChain();
    chain.block([request(chain)]);
    assert.equal(chain.refuse(cancel(chain, 2n)), "tasks/14");
    assert.equal(chain.refuse(cancel(chain, 1n, chain.author.address)), "tasks/15");
    assert.deepEqual(codesOf(chain.block([])), []);
    assert.equal(chain.refuse(cancel(chain, 1n)), "tasks/16");
    const other = new TaskChain();
    assert.deepEqual(codesOf(other.block([request(other), cancel(other, 1n), cancel(other, 1n)])), [
      "ok",
      "ok",
      "tasks/16",
    ]);
  });

  it("drawn tasks cannot be cancelled to draw again until the panel pleases", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    assert.equal(chain.refuse(cancel(chain, task.id)), "tasks/16");
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SeatOutcome, TaskStatus, type Seat, type Task } from "../../modules/tasks/index.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { TaskChain, type Message } from "../support/taskChain.ts";
import { calledSeats, commit, drawn, reveal } from "../support/taskMoves.ts";

/** Everybody's posts wait from the first moment on; censoring proposers leave the victim's out. */
function censored(seed: number): { outcome: SeatOutcome; status: TaskStatus } {
  const dice = seededRandom(seed);
  const proposers = 4 + dice(6);
  const censors = Math.ceil(proposers / 3) - 1;
  const chain = new TaskChain({ proposers, commitBlocks: 5, revealBlocks: 5 });
  const task = drawn(chain, { validators: 3 });
  const seats = calledSeats(task);
  const victim = seats[dice(4)] ?? assert.fail("no seat");
  for (let i = 0; i < 200 && chain.task().finishedHeight === 0n; i++) {
    const proposer = dice(proposers);
    const now = chain.task();
    const heard = seats.filter((seat) => seat !== victim || proposer >= censors);
    chain.block(
      heard.map((seat) => post(chain, now, seat)),
      { proposer },
    );
  }
  const ended = chain.task();
  const { outcome } = ended.seats[victim.index] ?? assert.fail("no seat");
  return { outcome, status: ended.status };
}

function post(chain: TaskChain, task: Task, seat: Seat): Message {
  return task.status === TaskStatus.TASK_STATUS_COMMIT
    ? commit(chain, task, seat, "hello")
    : reveal(chain, task, seat, "hello");
}

describe("censoring proposers", () => {
  it("X12: fewer than a third of up to nine equal proposers never get an honest seat slashed", () => {
    let runs = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        runs += 1;
        const { outcome, status } = censored(seed);
        // An executor that is heard only in the second half is late: a miss, and never a slash.
        assert.notEqual(outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
        assert.equal(status, TaskStatus.TASK_STATUS_VALID);
      }),
      { numRuns: 60 },
    );
    assert.equal(runs, 60);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../../../../modules/tasks/index.ts";
import { testKey } from "../../../support/keys.ts";
import { codesOf, statusesOf, TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, reportLeak, reveal } from "../../../support/taskMoves.ts";

const reporter = testKey("reporter");

function at(seats: readonly Seat[], index: number): Seat {
  return seats[index] ?? assert.fail(`no seat ${index}`);
}

/** In COMMIT: executor and first validator committed "hello". */
function committed(options: object = {}): { chain: TaskChain; task: Task; seats: Seat[] } {
  const chain = new TaskChain({ nodes: 7, commitBlocks: 5, revealBlocks: 5, ...options });
  const task = drawn(chain, { validators: 3 });
  const seats = calledSeats(task);
  chain.block(seats.slice(0, 2).map((seat) => commit(chain, task, seat, "hello")));
  return { chain, task, seats };
}

describe("tasks: report leak", () => {
  it("X4: slashes the leaker as for a wrong answer, alone, and pays the reporter 5 %", () => {
    const { chain, task, seats } = committed();
    const leaker = at(seats, 1);
    const [sent] = chain.block([reportLeak(reporter.address, task, leaker, "hello")]);
    // 0.4 x 0.8 of 1,000,000, n = 1.
    assert.deepEqual(sent?.ok && sent.response, { bounty: 16_000n });
    assert.equal(chain.balance(reporter), 16_000n);
    assert.equal(chain.bond(leaker.node)?.amount, 2_000_000n - 320_000n);
    assert.equal(chain.bond(leaker.node)?.status, 2);
    const seat = at(chain.task().seats, 1);
    assert.deepEqual(
      [seat.status, seat.outcome, seat.slashed],
      [SeatStatus.SEAT_STATUS_VOID, SeatOutcome.SEAT_OUTCOME_SLASHED, 320_000n],
    );
    assert.equal(chain.eventsOf("slashed")[0]?.["reason"], "leak");
  });

  it("Z5: the requester proves a leak and gains nothing by it", () => {
    const { chain, task, seats } = committed();
    const leaker = at(seats, 1);
    const before = chain.balance(chain.requester);
    const report = reportLeak(chain.requester.address, task, leaker, "hello");
    const [sent] = chain.block([report]);
    assert.deepEqual(sent?.ok && sent.response, { bounty: 0n });
    assert.equal(chain.balance(chain.requester), before);
    assert.equal(chain.bond(leaker.node)?.amount, 2_000_000n - 320_000n);
  });

  it("X4: slashes once: neither a second report nor the end takes more", () => {
    const { chain, task, seats } = committed();
    const leaker = at(seats, 1);
    const report = reportLeak(reporter.address, task, leaker, "hello");
    assert.deepEqual(codesOf(chain.block([report, report])), ["ok", "tasks/19"]);
    chain.block(seats.slice(2).map((seat) => commit(chain, task, seat, "hello")));
    const others = seats.filter((seat) => seat !== leaker);
    chain.block(others.map((seat) => reveal(chain, task, seat, "hello")));
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    const judged = at(ended.seats, 1);
    assert.deepEqual([judged.slashed, judged.paid, judged.postFees], [320_000n, 0n, 0n]);
    assert.equal(chain.bond(leaker.node)?.amount, 2_000_000n - 320_000n);
  });

  it("a leaked seat posts no more and counts as no commitment", () => {
    const { chain, task, seats } = committed();
    const leaker = at(seats, 1);
    chain.block([reportLeak(reporter.address, task, leaker, "hello")]);
    assert.deepEqual(statusesOf(chain.block([commit(chain, task, leaker, "hello")])), [[3]]);
    chain.block([commit(chain, task, at(seats, 2), "hello")]);
    while (chain.task().finishedHeight === 0n) chain.block();
    // One commit of three validators is left: no reveal phase.
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.equal(chain.task().tallyHeight, 0n);
  });

  it("an executor that leaked is replaced by the next reserve of the same draw", () => {
    const { chain, task, seats } = committed();
    const leaker = at(seats, 0);
    chain.block([reportLeak(reporter.address, task, leaker, "hello")]);
    assert.equal(chain.bond(leaker.node)?.amount, 1_500_000n);
    chain.block(seats.slice(2).map((seat) => commit(chain, task, seat, "hello")));
    const again = chain.task();
    assert.equal(again.attempt, 2);
    const reserve = at(again.seats, again.executorSeat);
    chain.block([commit(chain, again, reserve, "hello")]);
    chain.block([reserve, ...seats.slice(1)].map((seat) => reveal(chain, again, seat, "hello")));
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(at(chain.task().seats, 0).slashed, 500_000n);
  });

  it("refuses outside COMMIT, without a commitment, a wrong opening and the node's own report", () => {
    const { chain, task, seats } = committed();
    const [executor, validator, silent] = [at(seats, 0), at(seats, 1), at(seats, 2)];
    const by = (who: string, seat: Seat, changes: object = {}): string =>
      chain.refuse(reportLeak(who, task, seat, "hello", changes));
    assert.equal(by(reporter.address, silent), "tasks/19");
    assert.equal(by(reporter.address, { ...silent, node: reporter.address }), "tasks/19");
    assert.equal(by(reporter.address, validator, { salt: new Uint8Array(32) }), "tasks/20");
    assert.equal(by(reporter.address, executor, { node: validator.node }), "tasks/20");
    assert.equal(by(executor.node, executor), "tasks/21");
    assert.equal(by(chain.operatorOf(executor.node).address, executor), "tasks/21");
    assert.equal(by(reporter.address, executor, { salt: new Uint8Array(31) }), "tasks/17");
    assert.equal(by(reporter.address, executor, { taskId: 9n }), "tasks/14");
    chain.block(seats.slice(2).map((seat) => commit(chain, task, seat, "hello")));
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    assert.equal(by(reporter.address, executor), "tasks/18");
  });

  it("pays no bounty while another fault of that bond is open", () => {
    const { chain, task, seats } = committed();
    const leaker = at(seats, 1);
    chain.holdSlash(leaker.node);
    const [sent] = chain.block([reportLeak(reporter.address, task, leaker, "hello")]);
    assert.deepEqual(sent?.ok && sent.response, { bounty: 0n });
    assert.equal(chain.balance(reporter), 0n);
    assert.equal(chain.bond(leaker.node)?.amount, 2_000_000n - 320_000n);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Height } from "../../../../core/brand.ts";
import { openWindows } from "../../../../modules/clock/index.ts";
import { park } from "../../../../modules/tasks/endBlock.ts";
import { tasksModule, TaskStatus } from "../../../../modules/tasks/index.ts";
import {
  deadlines,
  progress,
  seats as seatRecords,
  selections,
  tasks as taskRecords,
} from "../../../../modules/tasks/state.ts";
import { amount } from "../../../../core/math/integers.ts";
import { PostStatus } from "../../../../modules/tasks/types.ts";
import * as wire from "../../../../proto/gen/assay/tasks/v1/query.ts";
import { ask } from "../../../support/moduleCalls.ts";
import { codesOf, statusesOf, TaskChain } from "../../../support/taskChain.ts";
import {
  calledSeats,
  commit,
  drawn,
  reportLeak,
  request,
  reveal,
  submit,
} from "../../../support/taskMoves.ts";

describe("tasks: fallback", () => {
  it("a task whose end throws expires with a full refund, nobody is slashed, the others go on", () => {
    const chain = new TaskChain({ nodes: 6 });
    const broken = drawn(chain);
    const fine = drawn(chain);
    const before = chain.balance(chain.requester);
    for (const task of [broken, fine]) {
      const seats = calledSeats(task);
      chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    }
    // A fee that the escrow cannot pay: the settlement throws and is never clamped.
    const record = seatRecords.get(chain.ctx, [broken.id, 0]);
    assert.ok(record !== undefined);
    seatRecords.set(chain.ctx, [broken.id, 0], { ...record, fee: amount(1_000_000n) });
    chain.block(
      [broken, fine].flatMap((task) =>
        calledSeats(task).map((seat) => reveal(chain, task, seat, "hello")),
      ),
    );
    const ended = chain.task(broken.id);
    assert.equal(ended.status, TaskStatus.TASK_STATUS_EXPIRED);
    assert.equal(ended.settlement?.refunded, ended.escrow.total);
    assert.ok(ended.seats.every((seat) => seat.slashed === 0n));
    assert.equal(chain.task(fine.id).status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(chain.balance(chain.requester), before + 28_450n + 10_000n);
    assert.equal(openWindows(chain.ctx), 0n);
    assert.equal(chain.alarms.length, 1);
    assert.match(chain.alarms[0] ?? "", /amount: expected 0/);
  });

  it("a draw that throws expires with a full refund", () => {
    const chain = new TaskChain();
    const before = chain.balance(chain.requester);
    chain.block([request(chain), request(chain)]);
    const record = taskRecords.get(chain.ctx, 1n as never);
    assert.ok(record !== undefined);
    taskRecords.set(chain.ctx, record.id, { ...record, version: "9.9.9" });
    chain.block();
    assert.equal(chain.task(1n).status, TaskStatus.TASK_STATUS_EXPIRED);
    assert.equal(chain.task(2n).status, TaskStatus.TASK_STATUS_COMMIT);
    assert.equal(chain.balance(chain.requester), before - 28_450n);
    assert.equal(selections.get(chain.ctx, record.id), undefined);
  });

  it("when even the refund throws, the task is parked outside every queue and count, and the chain goes on", () => {
    const chain = new TaskChain({ nodes: 6, commitBlocks: 5 });
    const stuck = drawn(chain, { validators: 0 });
    const record = taskRecords.get(chain.ctx, stuck.id);
    assert.ok(record !== undefined);
    const { escrow } = record;
    // More than the module holds: neither the end nor the refund can be paid.
    const total = amount(10n ** 20n);
    taskRecords.set(chain.ctx, stuck.id, { ...record, escrow: { ...escrow, total } });
    chain.checks = false;
    chain.blocks(40);
    const parked = chain.task();
    assert.deepEqual([parked.parked, parked.finishedHeight], [true, 0n]);
    assert.equal(openWindows(chain.ctx), 0n);
    assert.equal(chain.balance("tasks"), escrow.total);
    assert.match(chain.alarms.at(-1) ?? "", /parked/);
    taskRecords.set(chain.ctx, stuck.id, { ...parked, seats: [], escrow });
    chain.checks = true;
    chain.check();
    const next = drawn(chain);
    assert.equal(next.status, TaskStatus.TASK_STATUS_COMMIT);
  });

  it("posts on a parked task are LATE, a leak is refused, nobody is asked to serve it, and no alarm is raised", () => {
    const chain = new TaskChain({ nodes: 6 });
    const stuck = drawn(chain);
    const seats = calledSeats(stuck);
    const [first, second] = seats;
    assert.ok(first !== undefined && second !== undefined);
    chain.block([commit(chain, stuck, first, "hello")]);
    const record = taskRecords.get(chain.ctx, stuck.id);
    const waits = progress.get(chain.ctx, stuck.id);
    assert.ok(record !== undefined && waits !== undefined);
    chain.checks = false;
    deadlines.remove(chain.ctx, [waits.due as Height, stuck.id]);
    park(chain.ctx, record);
    const alone = drawn(chain, { validators: 0 });
    const only = alone.seats[0] ?? assert.fail("no seat");
    const other = taskRecords.get(chain.ctx, alone.id);
    assert.ok(other !== undefined);
    park(chain.ctx, other);

    const { POST_STATUS_LATE: late } = PostStatus;
    const sent = chain.block([
      commit(chain, stuck, second, "hello"),
      reveal(chain, stuck, first, "hello"),
      submit(chain, alone, only, "hello"),
      reportLeak(chain.author.address, stuck, first, "hello"),
    ]);
    assert.deepEqual(statusesOf(sent.slice(0, 3)).flat(), [late, late, late]);
    assert.deepEqual(codesOf(sent.slice(3)), ["tasks/18"]);
    assert.deepEqual(chain.alarms, []);
    const operator = chain.operatorOf(second.node).address;
    const asked = wire.QueryAssignmentsRequest.encode(
      wire.QueryAssignmentsRequest.fromPartial({ operator }),
    ).finish();
    const path = "/assay.tasks.v1.Query/Assignments";
    const answer = ask(tasksModule, chain.ctx, path, asked, wire.QueryAssignmentsResponse);
    assert.deepEqual(answer.assignments, []);
  });
});

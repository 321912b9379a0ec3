import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { balance } from "../../modules/bank/index.ts";
import { findBond } from "../../modules/staking/index.ts";
import { SeatOutcome, TaskStatus, type Seat, type Task } from "../../modules/tasks/index.ts";
import {
  QueryAssignmentsRequest,
  QueryAssignmentsResponse,
  QueryTaskRequest,
  QueryTaskResponse,
} from "../../proto/gen/assay/tasks/v1/query.ts";
import {
  MsgCommitResponse,
  MsgRequestTaskResponse,
  PostStatus,
} from "../../proto/gen/assay/tasks/v1/tx.ts";
import { service, TaskNet } from "../support/taskNet.ts";
import { calledSeats } from "../support/taskMoves.ts";

function start(net: TaskNet, fields: object = {}): Task {
  const result = net.request(fields);
  assert.equal(result.code, 0, result.log);
  const [answer] = net.chain.responses(result, MsgRequestTaskResponse);
  assert.ok(answer !== undefined);
  net.chain.next();
  const task = net.task(answer.taskId);
  assert.equal(task.status, TaskStatus.TASK_STATUS_COMMIT);
  return task;
}

function at(task: Task, index: number): Seat {
  return task.seats[index] ?? assert.fail(`no seat ${index}`);
}

describe("tasks on the chain", () => {
  it("a verified task is VALID four blocks after its request, on every replica", () => {
    const net = new TaskNet(4, { replicas: 2 });
    const task = start(net);
    const h = task.requestedHeight;
    assert.equal(task.drawnHeight, h + 1n);
    const seats = calledSeats(task);
    net.deliver(...seats.map((seat) => net.commitTx(task, seat, "hello")));
    net.deliver(net.revealTx(task, at(task, 0), "hello"));
    const bare = { output: undefined };
    net.deliver(...seats.slice(1).map((seat) => net.revealTx(task, seat, "hello", bare)));
    const ended = net.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.tallyHeight, h + 4n);
    const { task: shown } = net.chain.query(
      "/assay.tasks.v1.Query/Task",
      QueryTaskRequest,
      { taskId: 1n },
      QueryTaskResponse,
    );
    assert.equal(new TextDecoder().decode(shown?.result?.inline), "hello");
    net.chain.assertInvariants();
    assert.deepEqual(net.chain.alarms(), []);
    // Nothing is open: the chain falls silent.
    assert.ok(net.chain.settle(2) <= 2);
  });

  it("a task without validators is final two blocks after its request", () => {
    const net = new TaskNet(3);
    const task = start(net, { validators: 0 });
    net.deliver(net.submitTx(task, at(task, 0), "world"));
    const ended = net.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.finishedHeight, task.requestedHeight + 2n);
    net.chain.assertInvariants();
  });

  it("a silent executor is replaced by the first reserve", () => {
    const net = new TaskNet(5);
    const task = start(net);
    const validators = calledSeats(task).slice(1);
    net.deliver(...validators.map((seat) => net.commitTx(task, seat, "hello")));
    while (net.task().attempt === 1) net.chain.next();
    const again = net.task();
    assert.equal(net.chain.height, task.windowEnd);
    const reserve = at(again, again.executorSeat);
    assert.equal(reserve.index, 3);
    net.deliver(net.commitTx(again, reserve, "hello"));
    net.deliver(net.revealTx(again, reserve, "hello"));
    net.deliver(...validators.map((seat) => net.revealTx(again, seat, "hello")));
    const ended = net.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(at(ended, 0).outcome, SeatOutcome.SEAT_OUTCOME_MISSED);
    net.chain.assertInvariants();
  });

  it("a lying executor is overruled and loses half of its seat's stake, and nobody of the task gains by it", () => {
    const net = new TaskNet(4);
    const task = start(net);
    const seats = calledSeats(task);
    const lie = (seat: Seat): string => (seat.index === 0 ? "lie" : "truth");
    net.deliver(...seats.map((seat) => net.commitTx(task, seat, lie(seat))));
    net.deliver(net.revealTx(task, at(task, 0), "lie"));
    net.deliver(...seats.slice(1).map((seat) => net.revealTx(task, seat, "truth")));
    const ended = net.task();
    assert.equal(ended.overruled, true);
    const bond = net.chain.read((ctx) => findBond(ctx, service, at(task, 0).node));
    assert.deepEqual([bond?.amount, bond?.status], [1_500_000n, 2]);
    net.chain.assertInvariants();
  });

  it("an idle chain writes nothing while a finished task rests", () => {
    const net = new TaskNet(3);
    const task = start(net, { validators: 0 });
    net.deliver(net.submitTx(task, at(task, 0), "x"));
    net.chain.settle();
    const { appHash } = net.chain;
    net.chain.next({ blocks: 30, advanceMs: 3_600_000n });
    assert.deepEqual(net.chain.appHash, appHash);
  });

  it("answers per post through the chain's own encoding, and refuses hopeless posts in CheckTx", () => {
    const net = new TaskNet(4);
    const task = start(net);
    const seat = at(task, 1);
    const [wrong] = net.chain.deliver(net.commitTx(task, seat, "x", { attempt: 3 }));
    assert.equal(wrong?.code, 0);
    const statuses = (result = wrong): number[] => {
      assert.ok(result !== undefined);
      return net.chain.responses(result, MsgCommitResponse)[0]?.statuses ?? [];
    };
    assert.deepEqual(statuses(wrong), [PostStatus.POST_STATUS_MISMATCH]);
    const [taken] = net.chain.deliver(net.commitTx(task, seat, "x"));
    assert.deepEqual(statuses(taken), [PostStatus.POST_STATUS_OK]);
    const again = net.chain.submit(net.commitTx(task, seat, "x"));
    assert.deepEqual([again.codespace, again.code], ["tasks", 22]);
  });

  it("an operator reads its open seats and the height they are of", () => {
    const net = new TaskNet(3);
    const task = start(net);
    const answer = net.chain.query(
      "/assay.tasks.v1.Query/Assignments",
      QueryAssignmentsRequest,
      { operator: at(task, 1).node },
      QueryAssignmentsResponse,
    );
    assert.equal(answer.height, net.chain.height);
    assert.deepEqual(
      answer.assignments.map((one) => [one.task?.id, one.seat]),
      [[1n, 1]],
    );
  });

  it("a chain that restarts in the middle of a task goes on with it", async () => {
    const net = new TaskNet(4, { storage: "disk" });
    const task = start(net);
    const seats = calledSeats(task);
    net.deliver(...seats.map((seat) => net.commitTx(task, seat, "hello")));
    await net.chain.restart();
    net.deliver(net.revealTx(task, at(task, 0), "hello"));
    await net.chain.restart();
    net.deliver(...seats.slice(1).map((seat) => net.revealTx(task, seat, "hello")));
    assert.equal(net.task().status, TaskStatus.TASK_STATUS_VALID);
    net.chain.assertInvariants();
    await net.chain.stop();
  });

  it("a request takes its escrow and its gas fee, and nothing else", () => {
    const net = new TaskNet(3);
    const held = (): bigint =>
      net.chain.read((ctx) => balance(ctx, net.requester.address, "uassay"));
    const before = held();
    const { escrow } = start(net);
    assert.equal(escrow.total, 28_450n);
    assert.equal(before - held(), escrow.total + 2_000n);
  });
});

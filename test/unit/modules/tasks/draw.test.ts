import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dec } from "../../../../core/math/dec.ts";
import { amount } from "../../../../core/math/integers.ts";
import { drawSeats } from "../../../../modules/selection/index.ts";
import { errors, TaskStatus, tasksModule } from "../../../../modules/tasks/index.ts";
import * as wire from "../../../../proto/gen/assay/tasks/v1/query.ts";
import { ask } from "../../../support/moduleCalls.ts";
import { TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, request, reveal } from "../../../support/taskMoves.ts";

function selectionOf(chain: TaskChain, taskId: bigint) {
  const bytes = wire.QuerySelectionRequest.encode({ taskId }).finish();
  const path = "/assay.tasks.v1.Query/Selection";
  const { selection } = ask(tasksModule, chain.ctx, path, bytes, wire.QuerySelectionResponse);
  return selection ?? assert.fail("no selection");
}

/** The draw once more, from nothing but the answer of the query. */
function redraw(chain: TaskChain, taskId: bigint) {
  const selection = selectionOf(chain, taskId);
  const { validators, reserves } = chain.task(taskId);
  const table = (list: typeof selection.executors, excluded: readonly number[]) => ({
    candidates: list
      .filter((_, i) => !excluded.includes(i))
      .map((one) => ({ ...one, drawnWeight: dec(BigInt(one.drawnWeight)) })) as never,
  });
  const seats = drawSeats({
    seed: selection.seed,
    executors: table(selection.executors, selection.excludedExecutors),
    validators: table(selection.validators, selection.excludedValidators),
    count: validators,
    reserves,
  });
  return seats ?? assert.fail("no seats");
}

describe("tasks: draw", () => {
  it("draws 1 + N distinct nodes and as many reserves as there are, never the requester", () => {
    const chain = new TaskChain({ nodes: 6 });
    const [node] = chain.nodes;
    assert.ok(node !== undefined);
    chain.fund(node.address, 1_000_000n);
    const task = drawn(chain, { requester: node.address, validators: 3 });
    const drawnNodes = task.seats.map((seat) => seat.node);
    assert.equal(new Set(drawnNodes).size, 5);
    assert.ok(!drawnNodes.includes(node.address));
    for (const seat of calledSeats(task)) assert.equal(chain.bond(seat.node)?.openSeats, 1);
    assert.equal(chain.bond(task.seats[4]?.node ?? node.address)?.openSeats, 0);
  });

  it("X15: the answer of the selection query repeats the draw, and says who was left out", () => {
    const chain = new TaskChain({ nodes: 8, bond: 3_000_000n });
    const ids = [1n, 2n, 3n];
    chain.block(ids.map((_, i) => request(chain, { input: { inline: new Uint8Array([i]) } })));
    chain.block();
    const panels = ids.map((id) => {
      const task = chain.task(id);
      const seats = redraw(chain, id);
      assert.deepEqual(
        [seats.executor, ...seats.validators, ...seats.reserves],
        task.seats.map((seat) => seat.node),
      );
      return task.seats.map((seat) => seat.node).join();
    });
    // The input's digest is in the seed: equal requests of one block get panels of their own.
    assert.equal(new Set(panels).size, 3);
    const selection = selectionOf(chain, 1n);
    assert.equal(selection.executors.length, 8);
    assert.equal(selection.drawnHeight, 2n);
    assert.deepEqual(selection.seed, chain.task(1n).seed);
  });

  it("the selection is readable until the tally, and its tables go with the last task that names them", () => {
    const chain = new TaskChain();
    chain.block([request(chain), request(chain)]);
    chain.block();
    for (const id of [1n, 2n]) {
      const task = chain.task(id);
      const seats = calledSeats(task);
      chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
      assert.equal(selectionOf(chain, id).executors.length, 5);
      chain.block(seats.map((seat) => reveal(chain, task, seat, "hello")));
      assert.throws(() => selectionOf(chain, id), /not found/);
    }
    const left = [...chain.world.store.dump().keys()].filter(
      (key) =>
        key.startsWith("tasks/\u000f") ||
        key.startsWith("tasks/\u0010") ||
        key.startsWith("tasks/\u0011"),
    );
    assert.deepEqual(left, []);
  });

  it("capacity is taken at once: one block's draws see each other", () => {
    // Three nodes with one seat each: the first draw takes all, the second finds nobody.
    const chain = new TaskChain({ nodes: 3, capacity: 1 });
    chain.block([request(chain), request(chain)]);
    chain.block();
    assert.equal(chain.task(1n).status, TaskStatus.TASK_STATUS_COMMIT);
    const second = chain.task(2n);
    assert.equal(second.status, TaskStatus.TASK_STATUS_CANCELLED);
    assert.equal(second.settlement?.refunded, 28_450n);
    for (const { address } of chain.nodes) assert.equal(chain.bond(address)?.openSeats, 1);
  });

  it("a draw that cannot fill 1 + N is CANCELLED with a full refund", () => {
    const chain = new TaskChain({ nodes: 3, params: { drawDelay: 5 } });
    const before = chain.balance(chain.requester);
    chain.block([request(chain)]);
    const [leaver] = chain.nodes;
    assert.ok(leaver !== undefined);
    chain.unbondAll(leaver.address);
    chain.blocks(6);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_CANCELLED);
    assert.equal(chain.balance(chain.requester), before);
    assert.equal(chain.eventsOf("task_assigned").length, 0);
  });

  it("X17: an instance announced after the request is not drawn", () => {
    for (const [later, status] of [
      [true, TaskStatus.TASK_STATUS_CANCELLED],
      [false, TaskStatus.TASK_STATUS_COMMIT],
    ] as const) {
      const chain = new TaskChain({ nodes: 3, params: { drawDelay: 3 } });
      const [node] = chain.nodes;
      assert.ok(node !== undefined);
      chain.fund(node.address, 1_000_000n);
      if (!later) chain.announce(node.address);
      chain.block([request(chain)]);
      if (later) chain.announce(node.address);
      chain.blocks(3);
      assert.equal(chain.task().status, status);
    }
  });

  it("X16: much at stake waits for more of the proposers' power", () => {
    // Four proposers of a quarter each: one is more than a tenth, two are more than a third.
    for (const [highStake, height] of [
      [1_000_001n, 2n],
      [1_000_000n, 3n],
    ] as const) {
      const chain = new TaskChain({ params: { highStake: amount(highStake) } });
      chain.block([request(chain)]);
      chain.blocks(3);
      assert.equal(chain.task().drawnHeight, height);
    }
  });

  it("fewer reserves: as many as there are", () => {
    const chain = new TaskChain({ nodes: 4 });
    const task = drawn(chain);
    assert.equal(task.seats.length, 4);
    const none = new TaskChain({ nodes: 3 });
    assert.equal(drawn(none).seats.length, 3);
  });

  it("at most requests_per_block draws a block; the rest takes the next beacon too", () => {
    const chain = new TaskChain({ nodes: 8, params: { requestsPerBlock: 2, drawDelay: 2 } });
    chain.block([request(chain), request(chain)]);
    chain.setParams({ requestsPerBlock: 1 });
    chain.blocks(2);
    assert.equal(chain.task(1n).status, TaskStatus.TASK_STATUS_COMMIT);
    assert.equal(chain.task(2n).status, TaskStatus.TASK_STATUS_REQUESTED);
    assert.equal(selectionOf(chain, 1n).beacons.length, 2);
    chain.block();
    assert.equal(chain.task(2n).drawnHeight, 4n);
    assert.equal(selectionOf(chain, 2n).beacons.length, 3);
  });

  it("says who was drawn, until when, and by which seed", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [event] = chain.eventsOf("task_assigned");
    const nodes = task.seats.map((seat) => seat.node);
    assert.deepEqual(event, {
      task_id: "1",
      service: "echo-demo",
      version: "1.0.0",
      executor: nodes[0],
      validators: nodes.slice(1, 3).join(","),
      reserves: nodes.slice(3).join(","),
      deadline: "42",
      seed: Buffer.from(task.seed).toString("hex"),
    });
  });

  it("codes of errors are as published", () => {
    assert.equal(errors.codes.tooFewNodes, 10);
    assert.equal(errors.codes.hopelessPost, 22);
  });
});

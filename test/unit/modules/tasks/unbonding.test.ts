import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeatStatus } from "../../../../modules/tasks/index.ts";
import { MsgUnbond } from "../../../../proto/gen/assay/staking/v1/tx.ts";
import { service, TaskChain, type Message } from "../../../support/taskChain.ts";
import { request, submit } from "../../../support/taskMoves.ts";

function unbond(owner: string): Message {
  const fields = MsgUnbond.fromPartial({ owner, service, amount: "500000" });
  return { typeUrl: "/assay.staking.v1.MsgUnbond", bytes: MsgUnbond.encode(fields).finish() };
}

/** Open seats that the first unbonding of the node still waits for. */
function waitsFor(chain: TaskChain, node: string): number | undefined {
  const owner = chain.nodes.find(({ address }) => address === node) ?? assert.fail(node);
  return chain.bond(owner.address)?.unbonding[0]?.openSeats;
}

function end(chain: TaskChain, id: bigint): void {
  const task = chain.task(id);
  const seat = task.seats.find(({ index }) => index === task.executorSeat) ?? assert.fail();
  chain.block([submit(chain, task, seat, "x")]);
  assert.notEqual(chain.task(id).finishedHeight, 0n);
}

describe("tasks: unbonding", () => {
  it("X19: begun in the block of a draw, waits for that seat and not for later ones", () => {
    const chain = new TaskChain({ nodes: 1 });
    const [{ address: node } = assert.fail("no node")] = chain.nodes;
    chain.block([request(chain, { validators: 0 })]);
    chain.block([unbond(node)]);
    assert.equal(chain.task(1n).drawnHeight, chain.height);
    chain.block([request(chain, { validators: 0 })]);
    chain.block();
    assert.deepEqual([chain.bond(node)?.openSeats, waitsFor(chain, node)], [2, 1]);
    end(chain, 1n);
    assert.deepEqual([chain.bond(node)?.openSeats, waitsFor(chain, node)], [1, 0]);
  });

  it("X19: a later seat that ends first does not release it", () => {
    const chain = new TaskChain({ nodes: 1 });
    const [{ address: node } = assert.fail("no node")] = chain.nodes;
    chain.block([request(chain, { validators: 0 })]);
    chain.block([unbond(node), request(chain, { validators: 0 })]);
    chain.block();
    end(chain, 2n);
    assert.deepEqual([chain.bond(node)?.openSeats, waitsFor(chain, node)], [1, 1]);
    end(chain, 1n);
    assert.equal(waitsFor(chain, node), 0);
  });

  it("X19: begun in the block that calls a reserve, is not released by that seat", () => {
    const chain = new TaskChain({ nodes: 2, commitBlocks: 5 });
    const more = () => request(chain, { validators: 0 });
    chain.block([more()]);
    chain.block();
    chain.block([more(), more(), more(), more()]);
    const { windowEnd, seats } = chain.task(1n);
    const reserve = seats[1] ?? assert.fail("no reserve");
    while (chain.height + 1n < windowEnd) chain.block();
    chain.block([unbond(reserve.node)]);
    const called = chain.task(1n).seats[1];
    assert.deepEqual(
      [called?.status, called?.calledHeight],
      [SeatStatus.SEAT_STATUS_OPEN, chain.height],
    );
    const waiting = waitsFor(chain, reserve.node) ?? 0;
    assert.ok(waiting >= 1);
    end(chain, 1n);
    assert.equal(waitsFor(chain, reserve.node), waiting);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../core/crypto/address.ts";
import { inBranch } from "../../../core/context.ts";
import * as staking from "../../../modules/staking/index.ts";
import { MsgSetOperator, MsgUnbond } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { codesOf, TaskChain, service } from "../../support/taskChain.ts";
import { calledSeats, commit, drawn, request, reportLeak, reveal } from "../../support/taskMoves.ts";

const msg = (name: string, codec: any, fields: object) => ({
  typeUrl: `/assay.staking.v1.${name}`,
  bytes: codec.encode(codec.fromPartial(fields)).finish(),
});

describe("review", () => {
  it("operator = module account", () => {
    const chain = new TaskChain();
    chain.checks = false;
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    const node = seats[0]!.node;
    const sent = chain.block([
      ...seats.map((seat) => reveal(chain, task, seat, "hello")),
      msg("MsgSetOperator", MsgSetOperator, { owner: node, service, operator: moduleAddress("tasks") }),
    ]);
    console.log(codesOf(sent), chain.task().status);
    chain.check();
  });

  it("unbonding of the draw's own height", () => {
    const chain = new TaskChain({ nodes: 1, params: {} });
    chain.block([request(chain, { validators: 0 })]);
    const node = chain.nodes[0]!.address;
    chain.block([msg("MsgUnbond", MsgUnbond, { owner: node, service, amount: "500000" })]);
    assert.equal(chain.bond(node)?.openSeats, 1);
    assert.equal(chain.bond(node)?.unbonding[0]?.openSeats, 1);
    const task = chain.task(1n);
    assert.equal(task.drawnHeight, chain.height);
    // a second task comes before the first ends
    chain.block([request(chain, { validators: 0 })]);
    chain.block();
    assert.equal(chain.bond(node)?.openSeats, 2);
    inBranch(chain.ctx, (own) => staking.freeSeat(own, service, node, task.seats[0]!.calledHeight));
    assert.equal(chain.bond(node)?.unbonding[0]?.openSeats, 0);
  });

  it("requester's bounty", () => {
    const chain = new TaskChain({ nodes: 7 });
    const task = drawn(chain, { validators: 3 });
    const seats = calledSeats(task);
    chain.block(seats.slice(0, 2).map((seat) => commit(chain, task, seat, "hello")));
    const before = chain.balance(chain.requester);
    const [sent] = chain.block([reportLeak(chain.requester.address, task, seats[1]!, "hello")]);
    assert.equal(sent?.ok, true);
    assert.equal(chain.balance(chain.requester), before);
  });
  it("full draw block is not in the window", () => {
    const chain = new TaskChain({ commitBlocks: 6, nodes: 6 });
    chain.block([request(chain, { validators: 3 })]);
    chain.block([], { full: true });
    const task = chain.task();
    const seats = calledSeats(task).slice(0, 3);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    chain.blocks(2, { full: true });
    while (chain.task().status === 2 || chain.task().status === 3) { if (chain.task().windowStart !== task.windowStart) break; chain.block(); }
    chain.block(seats.map((seat) => reveal(chain, task, seat, "hello")));
    console.log(chain.task().status, chain.task().seats[3]!.outcome, chain.task().seats[3]!.excused);
    assert.equal(chain.task().seats[3]!.excused, false);
  });
});

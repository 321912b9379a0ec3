import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import { moduleAccounts } from "../../../../modules/bank/transfers.ts";
import { Role } from "../../../../modules/registry/index.ts";
import { MsgBond, MsgSetOperator } from "../../../../proto/gen/assay/staking/v1/tx.ts";
import { testKey } from "../../../support/keys.ts";
import { codesOf, service, TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, reveal } from "../../../support/taskMoves.ts";

describe("tasks: post fees", () => {
  it("B15: never reach a module's account, whose balance must be that of its records", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    const { node } = seats[0] ?? assert.fail("no seat");
    const setOperators = moduleAccounts.map((name) => {
      const fields = { owner: node, service, operator: moduleAddress(name) };
      const bytes = MsgSetOperator.encode(MsgSetOperator.fromPartial(fields)).finish();
      return { typeUrl: "/assay.staking.v1.MsgSetOperator", bytes };
    });
    const refused = chain.block([
      ...setOperators,
      ...seats.map((seat) => reveal(chain, task, seat, "hello")),
    ]);
    assert.deepEqual(codesOf(refused), [...moduleAccounts.map(() => "sdk/4"), "ok", "ok", "ok"]);
    assert.equal(chain.balance("tasks"), 0n);
  });

  it("B15: a bond names no module's account as its operator", () => {
    const chain = new TaskChain();
    const owner = testKey("newcomer");
    chain.fund(owner.address, 10_000_000n);
    const bond = (operator: string) => {
      const fields = {
        owner: owner.address,
        operator,
        service,
        roles: [Role.ROLE_EXECUTOR],
        amount: "1000000",
      };
      const msg = MsgBond.fromPartial({ ...fields, capacity: 1, commitmentMs: 60_000n });
      return { typeUrl: "/assay.staking.v1.MsgBond", bytes: MsgBond.encode(msg).finish() };
    };
    const sent = chain.block([bond(moduleAddress("tasks")), bond(owner.address)]);
    assert.deepEqual(codesOf(sent), ["sdk/4", "ok"]);
  });
});

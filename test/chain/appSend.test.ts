import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { balance } from "../../modules/bank/index.ts";
import { MsgSend, QueryBalanceRequest, QueryBalanceResponse } from "../../proto/cosmos.ts";
import type { TestKey } from "../support/keys.ts";
import { msg, startChain } from "../support/driver.ts";
import type { Any } from "../../proto/cosmos.ts";

const send = (from: TestKey, to: TestKey, amount: string, denom = "uassay"): Any =>
  msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
    fromAddress: from.address,
    toAddress: to.address,
    amount: [{ denom, amount }],
  });

describe("app: a bank send", () => {
  it("moves coins and emits the SDK's events", () => {
    const chain = startChain({ replicas: 2 });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const result = chain.mustRun(alice, send(alice, bob, "5"), { fee: "200uassay" });
    assert.equal(chain.read((ctx) => balance(ctx, bob.address, "uassay")), 1_000_000_000_005n);
    console.log(result.gasUsed, JSON.stringify(result.events.map(e=>[e.type, e.attributes.map(a=>a.key+"="+a.value+(a.index?"*":""))])));
    const answer = chain.query(
      "/cosmos.bank.v1beta1.Query/Balance",
      QueryBalanceRequest,
      { address: bob.address, denom: "uassay" },
      QueryBalanceResponse,
    );
    assert.equal(answer.balance?.amount, "1000000000005");
    chain.assertInvariants();
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { QueryDenomOwnersRequest } from "../../proto/cosmos.ts";
import { QueryBondsRequest } from "../../proto/gen/assay/staking/v1/query.ts";
import { PageRequest } from "../../proto/cosmos.ts";
import { MsgSend } from "../../proto/cosmos.ts";
import { QueryAllBalancesRequest, QueryAllBalancesResponse } from "../../proto/cosmos.ts";
import { msg, startChain } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";

describe("queries and transactions at their limits", () => {
  it("a name that nothing can be stored under is an invalid argument, not a fault of the node", () => {
    const chain = startChain();
    chain.next();
    const service = "a".repeat(300);
    const asked: [string, Uint8Array][] = [
      [
        "/assay.staking.v1.Query/Bonds",
        QueryBondsRequest.encode({ service, pagination: undefined }).finish(),
      ],
      [
        "/cosmos.bank.v1beta1.Query/DenomOwners",
        QueryDenomOwnersRequest.encode(
          QueryDenomOwnersRequest.fromPartial({ denom: "\u00e9" }),
        ).finish(),
      ],
    ];
    for (const [path, data] of asked) {
      const answer = chain.first.app.query({ path, data, height: 0n, prove: false });
      assert.ok(!(answer instanceof Promise));
      assert.doesNotMatch(answer.log, /Internal/);
    }
  });

  it("C12: a page is never longer than 1,000, whatever is asked for", () => {
    const accounts = startChain({
      genesis: (state) => {
        const [first] = state["bank"].balances;
        const amount = (i: number) => ({ denom: `coin${String(i).padStart(5, "0")}`, amount: "1" });
        const more = Array.from({ length: 1500 }, (_, i) => amount(i));
        first.coins = [...more, ...first.coins];
        state["bank"].supply = [...more, ...state["bank"].supply];
      },
    });
    accounts.next();
    const [{ address } = { address: "" }] = accounts.appState["bank"].balances as {
      address: string;
    }[];
    const pagination = PageRequest.fromPartial({ limit: 2n ** 64n - 1n });
    const { balances } = accounts.query(
      "/cosmos.bank.v1beta1.Query/AllBalances",
      QueryAllBalancesRequest,
      { address, pagination },
      QueryAllBalancesResponse,
    );
    assert.equal(balances.length, 1000);
  });

  it("C12: a proof of a key of 700 KB and a transaction of 700 KB are answered at once and change nothing", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.next({ blocks: 2 });
    const before = chain.appHash;
    const key = new Uint8Array(700_000).fill(2);
    for (const kind of ["key", "subspace"]) {
      const path = `/store/bank/${kind}`;
      const answer = chain.first.app.query({ path, data: key, height: 2n, prove: kind === "key" });
      assert.ok(!(answer instanceof Promise));
      assert.ok(answer.value.length === 0);
    }
    const coins = [{ denom: "uassay", amount: "1" }];
    const fields = { fromAddress: alice.address, toAddress: bob.address, amount: coins };
    const message = msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, fields);
    const large = chain.tx(alice, message, { memo: "x".repeat(700_000), gas: 100_000_000n });
    assert.deepEqual([chain.submit(large).codespace, chain.submit(large).code], ["sdk", 12]);
    const packed = chain.tx(
      alice,
      Array.from({ length: 5_000 }, () => message),
      { gas: 100_000_000n },
    );
    assert.ok(packed.length > 700_000);
    assert.deepEqual([chain.submit(packed).codespace, chain.submit(packed).code], ["sdk", 2]);
    assert.equal(bytesOfAddress(alice.address).length, 20);
    assert.deepEqual(chain.next().appHash, before);
    assert.deepEqual(chain.alarms(), []);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { balance } from "../../modules/bank/index.ts";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../proto/cosmos.ts";
import { send } from "../support/chainSends.ts";
import { startChain } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";

describe("app: blocks", () => {
  it("a transfer moves coins on every replica, through lost rounds too", () => {
    const chain = startChain({ replicas: 3 });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    assert.equal(chain.submit(chain.tx(alice, send(alice, bob), { fee: "200uassay" })).code, 0);
    chain.next({ lostRounds: 2, proposer: 3 });
    assert.equal(chain.last.results[0]?.code, 0);
    assert.equal(
      chain.read((ctx) => balance(ctx, bob.address, "uassay")),
      1_000_000_000_005n,
    );
    const answer = chain.query(
      "/cosmos.bank.v1beta1.Query/Balance",
      QueryBalanceRequest,
      { address: bob.address, denom: "uassay" },
      QueryBalanceResponse,
    );
    assert.equal(answer.balance?.amount, "1000000000005");
    chain.assertInvariants();
    assert.deepEqual(chain.alarms(), []);
  });

  it("an empty block writes nothing: one burst, one more block, silence", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.mustRun(alice, send(alice, bob), { fee: "200uassay" });
    const { appHash } = chain;
    for (const advanceMs of [1000n, 60_000n, 86_400_000n]) {
      chain.next({ advanceMs });
      assert.deepEqual(chain.appHash, appHash);
      assert.deepEqual(chain.last.events, []);
    }
    assert.equal(chain.settle(), 0);
  });

  it("starts at an initial height above 1", () => {
    const chain = startChain({ initialHeight: 1000n });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    assert.equal(chain.mustRun(alice, send(alice, bob)).code, 0);
    assert.equal(chain.height, 1000n);
    chain.next();
    assert.equal(chain.first.app.info(infoRequest).lastBlockHeight, 1001n);
  });

  it("a block of another height ends the process", () => {
    const chain = startChain();
    chain.next();
    const { app } = chain.first;
    const request = { ...chain.nextRequest([]), height: 9n };
    assert.throws(() => app.finalizeBlock(request), /height: expected 2, got 9/);
    assert.throws(() => app.commit({}), /expected a finalized block/);
  });

  it("D6: a kernel that asks for the time or for luck ends the process, and the trap opens again", () => {
    const chain = startChain();
    chain.next();
    const { registry } = chain.first.state;
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    for (const ask of [() => Date.now(), () => Math.random(), () => performance.now()]) {
      const def = registry.msgs.get("/cosmos.bank.v1beta1.MsgSend");
      assert.ok(def !== undefined);
      const { handle } = def;
      Object.assign(def, { handle: ask });
      try {
        const request = chain.nextRequest([chain.tx(alice, send(alice, bob), { sequence: 0n })]);
        assert.throws(() => chain.first.app.finalizeBlock(request), /no clock and no randomness/);
      } finally {
        Object.assign(def, { handle });
      }
      assert.equal(typeof ask(), "number");
    }
  });

  it("charges blocks min(used, limit) and refuses what comes after the last gas", () => {
    const chain = startChain({ maxGas: 100_000n });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const tx = (sequence: bigint): Uint8Array =>
      chain.tx(alice, send(alice, bob, "99999999999999"), { gas: 100_000n, sequence });
    const low = chain.tx(bob, send(bob, alice), { gas: 40_000n });
    chain.finalize([low, tx(0n), tx(1n), tx(2n), tx(3n), tx(4n)]);
    const { results } = chain.last;
    let used = 0n;
    for (const { code, gasWanted, gasUsed } of results) {
      assert.equal(gasWanted === 0n, used >= 100_000n, `after ${used} gas: code ${code}`);
      used += gasUsed < gasWanted ? gasUsed : gasWanted;
    }
    // The first used more than its limit and is charged the limit.
    assert.ok((results[0]?.gasUsed ?? 0n) > 40_000n);
    const last = results.at(-1);
    assert.equal(last?.code, 11);
    assert.deepEqual([last?.log, last?.gasWanted], ["no block gas left to run tx: out of gas", 0n]);
  });
});

const infoRequest = { version: "", blockVersion: 0n, p2pVersion: 0n, abciVersion: "" };

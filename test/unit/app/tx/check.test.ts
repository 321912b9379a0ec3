import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MsgSend, SimulateRequest, SimulateResponse, type Any } from "../../../../proto/cosmos.ts";
import { msg, QueryError, startChain, type TestChain } from "../../../support/driver.ts";
import { testKey, type TestKey } from "../../../support/keys.ts";

const send = (from: TestKey, to: TestKey, amount = "5"): Any =>
  msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
    fromAddress: from.address,
    toAddress: to.address,
    amount: [{ denom: "uassay", amount }],
  });

describe("tx: check", () => {
  it("takes following sequences before the first is in a block", () => {
    const chain = startChain({ minGasPrice: "0.0025uassay" });
    chain.next();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    for (let i = 0; i < 3; i++) {
      const answer = chain.submit(chain.tx(alice, send(alice, bob), { fee: "2500uassay" }));
      assert.equal(answer.code, 0, answer.log);
      assert.equal(answer.gasWanted, 1_000_000n);
      assert.equal(answer.log, "");
    }
    assert.equal(chain.submit(chain.tx(alice, send(alice, bob), { sequence: 7n })).code, 13);
    const block = chain.next();
    assert.deepEqual(
      block.results.map(({ code }) => code),
      [0, 0, 0],
    );
  });

  it("does not execute messages: a transfer that cannot be paid fails in the block", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.next();
    assert.equal(chain.submit(chain.tx(alice, send(alice, bob, "99999999999999"))).code, 0);
    assert.equal(chain.next().results[0]?.code, 5);
  });

  it("refuses a beacon contribution with sdk/18", () => {
    const chain = startChain();
    const text = new TextEncoder().encode("\0assay/beacon/v1");
    const { code, codespace } = chain.submit(Buffer.concat([text, new Uint8Array(96)]));
    assert.deepEqual([codespace, code], ["sdk", 18]);
  });

  it("works before the first block, on the state of genesis", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    assert.equal(chain.submit(chain.tx(alice, send(alice, bob), { accountNumber: 0n })).code, 0);
  });

  it("drops what can no longer pay when a block has changed the balance", () => {
    const chain = startChain({ minGasPrice: "0.0025uassay" });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.mustRun(alice, send(alice, bob, "999999994000"), { fee: "2500uassay" });
    const late = chain.tx(alice, send(alice, bob, "1"), { fee: "3501uassay", sequence: 1n });
    assert.equal(chain.submit(late).code, 5);
  });

  it("looks again at what waits: sequences, fees and lifetimes count over all of it", () => {
    const chain = startChain({ minGasPrice: "0.0025uassay", maxBytes: 700n });
    chain.next();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    // The first block stores the key, later rechecks then take the short way.
    chain.mustRun(alice, send(alice, bob), { fee: "2500uassay" });
    for (let i = 0; i < 5; i++) {
      const timeout = i < 4 ? {} : { timeoutHeight: chain.height + 1n };
      const bytes = chain.tx(alice, send(alice, bob), { fee: "2500uassay", ...timeout });
      assert.equal(chain.submit(bytes).code, 0);
    }
    chain.next();
    // One had room; the one whose time is over went, the rest waits with its sequences.
    assert.equal(chain.last.txs.length, 2);
    assert.equal(chain.mempool.length, 3);
    chain.next();
    assert.equal(chain.mempool.length, 0);
  });

  it("a new transaction goes on where rechecked ones end", () => {
    const chain = startChain({ minGasPrice: "0.0025uassay", maxBytes: 700n });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.mustRun(alice, send(alice, bob), { fee: "2500uassay" });
    const sent = [1n, 2n, 3n, 4n].map((sequence) =>
      chain.submit(chain.tx(alice, send(alice, bob), { fee: "2500uassay", sequence })),
    );
    assert.deepEqual(
      sent.map(({ code }) => code),
      [0, 0, 0, 0],
    );
    chain.next();
    assert.equal(chain.mempool.length, 2);
    const options = { fee: "2500uassay" };
    assert.equal(
      chain.submit(chain.tx(alice, send(alice, bob), { ...options, sequence: 6n })).code,
      32,
    );
    assert.equal(
      chain.submit(chain.tx(alice, send(alice, bob), { ...options, sequence: 5n })).code,
      0,
    );
    assert.equal(
      chain.submit(chain.tx(alice, send(alice, bob), { ...options, sequence: 6n })).code,
      0,
    );
    while (chain.mempool.length > 0) chain.next();
    assert.equal(chain.last.results.at(-1)?.code, 0);
  });

  it("rechecked fees count together: what is not covered any more goes", () => {
    const chain = startChain({ minGasPrice: "0.0025uassay", maxBytes: 400n });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.mustRun(alice, send(alice, bob), { fee: "2500uassay" });
    const fee = "200000000000uassay";
    const codes = [1n, 2n, 3n, 4n].map(
      (sequence) =>
        chain.submit(chain.tx(alice, send(alice, bob, "300000000000"), { fee, sequence })).code,
    );
    assert.deepEqual(codes, [0, 0, 0, 0]);
    chain.next();
    // 500 of 1,000 are gone; two more fees are covered, the third is not.
    assert.equal(chain.mempool.length, 2);
  });
});

describe("tx: simulate", () => {
  const simulate = (chain: TestChain, txBytes: Uint8Array): SimulateResponse =>
    chain.query(
      "/cosmos.tx.v1beta1.Service/Simulate",
      SimulateRequest,
      { txBytes },
      SimulateResponse,
    );

  const started = (): TestChain => {
    const chain = startChain();
    chain.next();
    return chain;
  };

  it("CosmJS: an empty signature and a public key, mode unspecified", () => {
    const chain = started();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const bytes = chain.tx(alice, send(alice, bob), { gas: 0n, mode: 0, unsigned: true });
    const { gasInfo, result } = simulate(chain, bytes);
    assert.equal(gasInfo?.gasWanted, 2n ** 64n - 1n);
    assert.equal(result?.msgResponses.length, 1);
    const signed = chain.tx(alice, send(alice, bob), { sequence: 0n });
    const used = chain.deliver(signed)[0]?.gasUsed ?? 0n;
    const off = (gasInfo?.gasUsed ?? 0n) - used;
    assert.ok(off > -200n && off < 200n, `simulated ${gasInfo?.gasUsed}, used ${used}`);
  });

  it("Keplr: 64 zero bytes, mode 127, no public key", () => {
    const chain = started();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const bytes = chain.tx(alice, send(alice, bob), { mode: 127, keyless: true, zeroSigned: true });
    assert.ok((simulate(chain, bytes).gasInfo?.gasUsed ?? 0n) > 30_000n);
    assert.ok(chain.simulate(bytes).gasUsed > 30_000n);
  });

  it("leaves nothing behind", () => {
    const chain = started();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const bytes = chain.tx(alice, send(alice, bob), { keyless: true, zeroSigned: true });
    for (let i = 0; i < 3; i++) simulate(chain, bytes);
    assert.equal(chain.submit(chain.tx(alice, send(alice, bob), { sequence: 0n })).code, 0);
  });

  it("says what failed with the gas that it used", () => {
    const chain = started();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const bytes = chain.tx(alice, send(alice, bob, "99999999999999"));
    assert.throws(
      () => simulate(chain, bytes),
      (error) =>
        error instanceof QueryError &&
        error.code === 6 &&
        /^rpc error: code = Unknown desc = failed to execute message; message index: 0: spendable balance .*: insufficient funds with gas used: '\d+': unknown request$/.test(
          error.log,
        ),
    );
    assert.throws(
      () => simulate(chain, chain.tx(alice, send(alice, bob), { sequence: 5n })),
      /account sequence mismatch, expected 0, got 5: incorrect account sequence/,
    );
    assert.throws(() => simulate(chain, new Uint8Array()), /invalid empty tx/);
    assert.throws(
      () => simulate(chain, chain.tx(testKey("nobody"), send(testKey("nobody"), bob))),
      /does not exist/,
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getAccount } from "../../modules/auth/index.ts";
import { balance } from "../../modules/bank/index.ts";
import { TxRaw } from "../../proto/cosmos.ts";
import { startChain, type TestChain } from "../support/driver.ts";
import { basic, grantTo, sendMsg } from "../support/feegrants.ts";
import type { TestKey } from "../support/keys.ts";

const fee = "700uassay";
const coins = (chain: TestChain, { address }: TestKey): bigint =>
  chain.read((ctx) => balance(ctx, address, "uassay"));
const sequence = (chain: TestChain, { address }: TestKey): bigint =>
  chain.read((ctx) => getAccount(ctx, address)?.sequence ?? -1n);

function parties(): { chain: TestChain; alice: TestKey; bob: TestKey; carol: TestKey } {
  const chain = startChain({ accounts: 9 });
  const [alice, bob, carol] = chain.accounts;
  assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
  return { chain, alice, bob, carol };
}

const withSignatures = (tx: Uint8Array, change: (list: Uint8Array[]) => Uint8Array[]) => {
  const raw = TxRaw.decode(tx);
  return TxRaw.encode({ ...raw, signatures: change(raw.signatures) }).finish();
};

describe("chain: several messages and several signers", () => {
  it("each signer signs once, all sequences rise, and a payer that sends nothing pays alone", async () => {
    const { chain, alice, bob, carol } = parties();
    const before = [alice, bob, carol].map((key) => coins(chain, key));
    const messages = [
      sendMsg(alice, bob, "1"),
      sendMsg(bob, alice, "20"),
      sendMsg(alice, bob, "300"),
    ];
    const result = chain.mustRun([alice, bob], messages, { fee, payer: carol });
    const after = [alice, bob, carol].map((key) => coins(chain, key));
    assert.deepEqual(
      after.map((value, i) => value - (before[i] ?? 0n)),
      [-281n, 281n, -700n],
    );
    assert.deepEqual(
      [alice, bob, carol].map((key) => sequence(chain, key)),
      [1n, 1n, 1n],
    );
    const signed = chain.attributes(result, "tx").flatMap(({ acc_seq: own }) => own ?? []);
    assert.deepEqual(
      signed,
      [alice, bob, carol].map(({ address }) => `${address}/0`),
    );
    const actions = chain
      .attributes(result, "message")
      .filter(({ action }) => action !== undefined)
      .map(({ sender, msg_index: index }) => [index, sender]);
    assert.deepEqual(actions, [
      ["0", alice.address],
      ["1", bob.address],
      ["2", alice.address],
    ]);
    await chain.stop();
  });

  it("one message fails: no transfer stays, the fee and every sequence are spent", async () => {
    const { chain, alice, bob } = parties();
    const before = coins(chain, bob);
    const messages = [sendMsg(alice, bob, "5"), sendMsg(bob, alice, "9".repeat(20))];
    const result = chain.run([alice, bob], messages, { fee, payer: bob });
    assert.equal(result.code, 5);
    assert.match(result.log, /^failed to execute message; message index: 1: spendable balance /);
    assert.equal(coins(chain, bob), before - 700n);
    assert.deepEqual([sequence(chain, alice), sequence(chain, bob)], [1n, 1n]);
    await chain.stop();
  });

  it("a granter pays for the payer, who pays for the sender", async () => {
    const { chain, alice, bob, carol } = parties();
    chain.mustRun(carol, grantTo(carol, bob, basic("700uassay")));
    const before = [alice, bob, carol].map((key) => coins(chain, key));
    const options = { fee, payer: bob, granter: carol.address };
    chain.mustRun(alice, sendMsg(alice, bob, "1"), options);
    const after = [alice, bob, carol].map((key) => coins(chain, key));
    assert.deepEqual(
      after.map((value, i) => value - (before[i] ?? 0n)),
      [-1n, 1n, -700n],
    );
    const again = chain.run(alice, sendMsg(alice, bob, "1"), { ...options, payer: alice });
    assert.equal(again.code, 38, "the grant was bob's, not the sender's");
    await chain.stop();
  });

  it("a signature that is missing, foreign or in the wrong place is code 4, and nothing is spent", async () => {
    const { chain, alice, bob, carol } = parties();
    const messages = [sendMsg(alice, bob, "1"), sendMsg(bob, alice, "1")];
    const changes: [string, RegExp, (list: Uint8Array[]) => Uint8Array[]][] = [
      ["missing", /expected 3, got 2/, (list) => list.slice(0, 2)],
      ["too many", /expected 3, got 4/, (list) => [...list, new Uint8Array(64)]],
      [
        "in another order",
        /signature verification failed/,
        ([a, b, c]) => [b, a, c].flatMap((x) => x ?? []),
      ],
      [
        "the payer's is another's",
        /signature verification failed/,
        ([a, b]) => [a, b, a].flatMap((x) => x ?? []),
      ],
    ];
    for (const [what, log, change] of changes) {
      const tx = withSignatures(chain.tx([alice, bob], messages, { fee, payer: carol }), change);
      const checked = chain.first.app.checkTx({ tx, type: 0 });
      assert.equal(checked.code, 4, what);
      assert.match(checked.log, log);
      assert.equal(chain.finalize([tx]).code, 4, what);
    }
    for (const key of [alice, bob, carol]) assert.equal(sequence(chain, key), 0n);
    await chain.stop();
  });

  it("seven signers are taken, eight are code 14", async () => {
    const { chain } = parties();
    const all = chain.accounts.slice(0, 8);
    const ring = (keys: readonly TestKey[]) =>
      keys.map((key, i) => sendMsg(key, keys[(i + 1) % keys.length] ?? key, "1"));
    const seven = all.slice(0, 7);
    chain.mustRun(seven, ring(seven), { gas: 3_000_000n });
    const result = chain.finalize([chain.tx(all, ring(all), { gas: 3_000_000n })]);
    assert.equal(result.code, 14);
    assert.equal(result.log, "signatures: 8, limit: 7: maximum number of signatures exceeded");
    assert.equal(sequence(chain, all[7] ?? assert.fail()), 0n);
    await chain.stop();
  });
});

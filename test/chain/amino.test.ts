import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getAccount } from "../../modules/auth/index.ts";
import { balance } from "../../modules/bank/index.ts";
import { MsgRegisterUser } from "../../proto/gen/assay/registry/v1/tx.ts";
import { TxRaw, type Any } from "../../proto/cosmos.ts";
import { aminoTx, type AminoOptions } from "../support/aminoTx.ts";
import { send } from "../support/chainSends.ts";
import { msg, startChain, type TestChain } from "../support/driver.ts";
import { basic, grantTo } from "../support/feegrants.ts";
import type { TestKey } from "../support/keys.ts";

function started(options: Parameters<typeof startChain>[0] = {}): {
  chain: TestChain;
  alice: TestKey;
  bob: TestKey;
} {
  const chain = startChain(options);
  const [alice = assert.fail(), bob = assert.fail()] = chain.accounts;
  chain.next();
  return { chain, alice, bob };
}

const sequence = (chain: TestChain, { address }: TestKey): bigint =>
  chain.read((ctx) => getAccount(ctx, address)?.sequence ?? -1n);
const coins = (chain: TestChain, { address }: TestKey): bigint =>
  chain.read((ctx) => balance(ctx, address, "uassay"));

const notSigned = (number: number, own: number): string =>
  `signature verification failed; please verify account number (${number}), sequence (${own}) and chain-id (assay-test-1): unauthorized`;

describe("chain/amino: one key", () => {
  it("sends, with memo, fee, timeout and granter in the document, on several replicas", async () => {
    const { chain, alice, bob } = started({ replicas: 2 });
    const [, , carol = assert.fail()] = chain.accounts;
    chain.mustRun(carol, grantTo(carol, alice, basic("10000uassay")));
    const before = [alice, bob, carol].map((key) => coins(chain, key));
    const options = {
      ...{ memo: `<"&'> \\ é \u{1f600}\n`, fee: "700uassay", gas: 300_000n },
      ...{ timeoutHeight: 1000n, granter: carol.address },
    };
    const tx = aminoTx(chain, alice, [send(alice, bob), send(alice, bob, "7")], options);
    const [result] = chain.deliver(tx);
    assert.equal(result?.code, 0, result?.log);
    const after = [alice, bob, carol].map((key) => coins(chain, key));
    assert.deepEqual(
      after.map((value, i) => value - (before[i] ?? 0n)),
      [-12n, 12n, -700n],
    );
    assert.equal(sequence(chain, alice), 1n);
    await chain.stop();
  });

  it("alternates with direct, and is as dear", async () => {
    const { chain, alice, bob } = started();
    const gas: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      const direct = chain.mustRun(alice, send(alice, bob));
      const [amino] = chain.deliver(aminoTx(chain, alice, [send(alice, bob)]));
      assert.equal(amino?.code, 0, amino?.log);
      gas.push(amino.gasUsed - direct.gasUsed);
    }
    // Ten a byte; the mode's number and the sequence are the only bytes of another length.
    assert.deepEqual(gas.slice(1), [0n, 0n]);
    await chain.stop();
  });

  it("a message of Assay does what it does", async () => {
    const { chain, alice } = started();
    const register = msg("/assay.registry.v1.MsgRegisterUser", MsgRegisterUser, {
      ...{ owner: alice.address, username: "alice" },
    });
    const [result] = chain.deliver(aminoTx(chain, alice, [register]));
    assert.equal(result?.code, 0, result?.log);
    assert.deepEqual(
      chain.attributes(result, "user_registered").map(({ username }) => username),
      ["alice"],
    );
    await chain.stop();
  });

  it("whatever is signed otherwise is code 4 in CheckTx and in a block, and nothing is spent", async () => {
    const { chain, alice, bob } = started();
    chain.mustRun(alice, send(alice, bob));
    const cases: [string, AminoOptions][] = [
      ["another chain", { signed: { chainId: "assay-test-2" } }],
      ["another account number", { signed: { accountNumber: 5n } }],
      ["another sequence", { signed: { sequence: 7n } }],
      ["another memo", { memo: "a", signed: { memo: "b" } }],
      ["a memo put in", { edit: ({ body }) => void (body.memo = "put in") }],
      ["a message left out", { edit: ({ body }) => void body.messages.pop() }],
      ["another timeout", { edit: ({ body }) => void (body.timeoutHeight = 900n) }],
      ["another gas limit", { edit: ({ authInfo: { fee } }) => fee && (fee.gasLimit -= 1n) }],
      [
        "another fee",
        {
          fee: "5uassay",
          edit: ({ authInfo: { fee } }) => fee && (fee.amount = [{ denom: "uassay", amount: "6" }]),
        },
      ],
      ["signed direct", { edit: ({ authInfo }) => setMode(authInfo.signerInfos, 1) }],
      ["no signature", { edit: ({ signatures }) => void (signatures[0] = new Uint8Array()) }],
      ["zero signature", { edit: ({ signatures }) => void (signatures[0] = new Uint8Array(64)) }],
    ];
    for (const [what, options] of cases) {
      const tx = aminoTx(chain, alice, [send(alice, bob), send(alice, bob)], options);
      for (const { code, log } of [
        chain.first.app.checkTx({ tx, type: 0 }),
        chain.finalize([tx]),
      ]) {
        assert.equal(code, 4, `${what}: ${log}`);
        if (what !== "signed direct") assert.equal(log, notSigned(0, 1), what);
      }
    }
    assert.equal(sequence(chain, alice), 1n);
    await chain.stop();
  });

  it("what amino cannot say is code 4 and says why", async () => {
    const { chain, alice, bob } = started();
    const cases: [RegExp, AminoOptions][] = [
      [/cannot sign this transaction: text: expected no U\+2028/, { memo: "a\u2028b" }],
      [
        /cannot sign this transaction: text: expected no U\+2028 and no U\+2029/,
        { memo: "\u2029" },
      ],
      [
        /cannot sign this transaction: tip: expected none/,
        { edit: ({ authInfo }) => void (authInfo.tip = { amount: [], tipper: bob.address }) },
      ],
    ];
    for (const [log, options] of cases) {
      const tx = aminoTx(chain, alice, [send(alice, bob)], options);
      const result = chain.finalize([tx]);
      assert.equal(result.code, 4, result.log);
      assert.match(result.log, log);
      assert.match(result.log, /^SIGN_MODE_LEGACY_AMINO_JSON .*: unauthorized$/);
    }
    // Direct takes all of them but the tip's meaning.
    chain.mustRun(alice, send(alice, bob), { memo: "a\u2028b" });
    await chain.stop();
  });

  it("a sequence that is not the account's is code 32, before the signature is looked at", async () => {
    const { chain, alice, bob } = started();
    const tx = aminoTx(chain, alice, [send(alice, bob)], { sequence: 3n });
    const result = chain.finalize([tx]);
    assert.equal(result.code, 32);
    await chain.stop();
  });

  it("a replica that saw no CheckTx, and one that did, agree on many good and bad ones", async () => {
    const { chain, alice, bob } = started({ replicas: 2, accounts: 12 });
    const txs = chain.accounts.map((key, i) =>
      aminoTx(chain, key, [send(key, i % 2 === 0 ? alice : bob)], {
        ...(i % 3 === 0 ? { signed: { memo: "other" } } : {}),
      }),
    );
    for (const tx of txs) chain.first.app.checkTx({ tx, type: 0 });
    const codes: number[] = [];
    chain.finalize(txs);
    for (const { code } of chain.last.results) codes.push(code);
    assert.deepEqual(
      codes,
      txs.map((_, i) => (i % 3 === 0 ? 4 : 0)),
    );
    await chain.stop();
  });

  it("Keplr's simulation tells the gas of the signed transaction", async () => {
    const { chain, alice, bob } = started();
    for (const round of ["its key not stored yet", "its key stored"]) {
      const messages: Any[] = [send(alice, bob)];
      const zero = chain.tx(alice, messages, { mode: 127, keyless: true, zeroSigned: true });
      const { gasUsed } = chain.simulate(zero);
      const [signed] = chain.deliver(aminoTx(chain, alice, messages));
      assert.equal(signed?.code, 0, signed?.log);
      const diff = gasUsed - signed.gasUsed;
      assert.ok(diff >= 0n && diff < 2_000n, `${round}: simulated ${diff} more than used`);
    }
    await chain.stop();
  });
});

function setMode(infos: { modeInfo?: { single?: { mode: number } } }[], mode: number): void {
  for (const info of infos) info.modeInfo = { single: { mode } };
}

describe("chain/amino: memory of verdicts", () => {
  it("the same bytes judged for another account number or chain are judged anew", async () => {
    const { chain, alice, bob } = started();
    const tx = aminoTx(chain, alice, [send(alice, bob)]);
    chain.first.app.checkTx({ tx, type: 0 });
    const { state } = chain.first;
    const decoded = state.txs.decode(tx);
    const by = { key: alice.publicKey, accountNumber: 0n, chainId: chain.chainId };
    assert.equal(decoded.isVerified(0, by), true);
    assert.equal(decoded.isVerified(0, { ...by, accountNumber: 1n }), false);
    assert.equal(decoded.isVerified(0, { ...by, chainId: "other" }), false);
    assert.equal(decoded.isVerified(0, { ...by, key: bob.publicKey }), false);
    assert.equal(TxRaw.decode(tx).signatures.length, 1);
    await chain.stop();
  });
});

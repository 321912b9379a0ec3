import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { verifySecp256k1 } from "../../../../app/crypto/secp256k1.ts";
import { preverify, type VerifyBatch } from "../../../../app/tx/preverify.ts";
import { MsgSend, TxRaw } from "../../../../proto/cosmos.ts";
import { msg, startChain } from "../../../support/driver.ts";

describe("tx: preverify", () => {
  it("fills what good transactions remember of their signatures, and nothing of bad ones", () => {
    const chain = startChain({ accounts: 12 });
    chain.next();
    const sends = chain.accounts.map((from) =>
      chain.tx(
        from,
        msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
          fromAddress: from.address,
          toAddress: from.address,
          amount: [{ denom: "uassay", amount: "1" }],
        }),
      ),
    );
    const unsigned = TxRaw.encode({
      ...TxRaw.decode(sends[3] ?? new Uint8Array()),
      signatures: [new Uint8Array(64).fill(1)],
    }).finish();
    const asked: number[] = [];
    const verify: VerifyBatch = (jobs) => {
      asked.push(jobs.length);
      return jobs.map(({ publicKey, digest, signature }) =>
        verifySecp256k1(publicKey, digest, signature),
      );
    };
    const { state } = chain.first;
    const ctx = state.readCtx(state.base, state.lastBlock);
    const decode = state.txs.decode.bind(state.txs);
    const decoded = [...sends, unsigned].map(decode);
    preverify(ctx, decoded, verify);
    assert.deepEqual(asked, [13]);
    // The second time only the bad one is unknown still, which is too few for a batch.
    preverify(ctx, decoded, verify);
    assert.deepEqual(asked, [13]);
    const { publicKey: key } = chain.accounts[3] ?? assert.fail("expected an account");
    const by = { key, accountNumber: 3n, chainId: chain.chainId };
    assert.equal(decode(sends[3] ?? new Uint8Array()).isVerified(0, by), true);
    assert.equal(decode(unsigned).isVerified(0, by), false);
    chain.deliver(...sends);
    assert.deepEqual(
      chain.last.results.map(({ code }) => code),
      sends.map(() => 0),
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromBase64 } from "@cosmjs/encoding";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
import { AuthInfo, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { RpcError, RpcUnavailable, TxRefused, TxSender, type Rpc } from "../../../client/index.ts";

type Chain = {
  sequence: bigint;
  readonly sent: { sequence: bigint; memo: string }[];
  refuse: (sequence: bigint) => object | undefined;
  /** Of the last transaction. */
  granter?: string | undefined;
};

const wallet = await DirectSecp256k1HdWallet.generate(12, { prefix: "assay" });
const [account] = await wallet.getAccounts();
const address = account?.address ?? "";

/** A node that knows one account: only faults that a real one cannot be made to show on demand. */
function fakeRpc(chain: Chain): Rpc {
  const answer = (path: string): Uint8Array => {
    if (path.endsWith("Simulate"))
      return SimulateResponse.encode(
        SimulateResponse.fromPartial({ gasInfo: { gasUsed: 50_000n } }),
      ).finish();
    const value = BaseAccount.encode(
      BaseAccount.fromPartial({ address, accountNumber: 7n, sequence: chain.sequence }),
    ).finish();
    return QueryAccountResponse.encode({
      account: { typeUrl: "/cosmos.auth.v1beta1.BaseAccount", value },
    }).finish();
  };
  return {
    endpoint: "fake",
    async call<T>(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<T> {
      if (method === "abci_query") {
        return {
          response: {
            value: Buffer.from(answer(String(params["path"]))).toString("base64"),
            height: "5",
          },
        } as T;
      }
      const raw = TxRaw.decode(fromBase64(String(params["tx"])));
      const sequence = AuthInfo.decode(raw.authInfoBytes).signerInfos[0]?.sequence ?? -1n;
      const refused = chain.refuse(sequence);
      if (refused !== undefined) return refused as T;
      chain.granter = AuthInfo.decode(raw.authInfoBytes).fee?.granter;
      chain.sent.push({ sequence, memo: TxBody.decode(raw.bodyBytes).memo });
      return { code: 0 } as T;
    },
  };
}

function sender(chain: Chain, feeGranter?: string): TxSender {
  return new TxSender({
    ...(feeGranter === undefined ? {} : { feeGranter }),
    rpc: fakeRpc(chain),
    signer: wallet,
    address,
    chainId: "assay-test-1",
    gasPrice: { amount: 0.025, denom: "uassay" },
  });
}

const send = {
  typeUrl: "/cosmos.bank.v1beta1.MsgSend",
  value: MsgSend.fromPartial({ fromAddress: address, toAddress: address }),
};
const mismatch = {
  code: 32,
  codespace: "sdk",
  log: "account sequence mismatch, expected 9, got 4: incorrect account sequence",
};

describe("client: transaction queue", () => {
  it("names who pays: nobody, the sender's granter, or the one of a single transaction", async () => {
    const chain: Chain = { sequence: 4n, sent: [], refuse: () => undefined };
    const named: (string | undefined)[] = [];
    for (const [own, more] of [[undefined], ["owner"], ["owner", "other"]]) {
      const options = more === undefined ? {} : { feeGranter: more };
      await sender(chain, own).broadcast([send], options);
      named.push(chain.granter);
    }
    assert.deepEqual(named, ["", "owner", "other"]);
  });

  it("E3: sends concurrent transactions in order, each with the next sequence", async () => {
    const chain: Chain = { sequence: 4n, sent: [], refuse: () => undefined };
    const queue = sender(chain);
    await Promise.all([0, 1, 2, 3].map((i) => queue.broadcast([send], { memo: String(i) })));
    assert.deepEqual(
      chain.sent,
      [0, 1, 2, 3].map((i) => ({ sequence: 4n + BigInt(i), memo: String(i) })),
    );
  });

  it("E4: reads its sequence anew after a mismatch, as when the wallet was used by hand", async () => {
    const chain: Chain = {
      sequence: 4n,
      sent: [],
      refuse: (sequence) => (sequence === chain.sequence ? undefined : mismatch),
    };
    const queue = sender(chain);
    await queue.broadcast([send], { memo: "first" });
    chain.sequence = 9n;
    await queue.broadcast([send], { memo: "second" });
    assert.deepEqual(
      chain.sent.map(({ sequence }) => sequence),
      [4n, 9n],
    );
  });

  it("E3: gives up after two resyncs, and the next transaction still goes out", async () => {
    let refusals = 0;
    const chain: Chain = {
      sequence: 4n,
      sent: [],
      refuse: () => (refusals++ < 3 ? mismatch : undefined),
    };
    const queue = sender(chain);
    await assert.rejects(
      queue.broadcast([send]),
      (error) => error instanceof TxRefused && error.abciCode === 32,
    );
    assert.equal(refusals, 3);
    await queue.broadcast([send], { memo: "next" });
    assert.deepEqual(
      chain.sent.map(({ memo }) => memo),
      ["next"],
    );
  });

  it("E3: a refusal does not hold up what follows while earlier transactions wait for their block", async () => {
    // A mempool: it expects what comes after all that wait, the account as committed stays behind.
    let next = 4n;
    let full = false;
    const chain: Chain = {
      sequence: 4n,
      sent: [],
      refuse: (sequence) => {
        if (full) return { code: 20, codespace: "sdk", log: "mempool is full" };
        const log = `account sequence mismatch, expected ${next}, got ${sequence}: incorrect`;
        if (sequence !== next) return { code: 32, codespace: "sdk", log };
        next += 1n;
        return undefined;
      },
    };
    const queue = sender(chain);
    for (let i = 0; i < 3; i++) await queue.broadcast([send]);
    full = true;
    await assert.rejects(queue.broadcast([send]), /mempool is full/);
    full = false;
    await queue.broadcast([send]);
    // Another program of the same key, and then one whose local number is behind.
    next += 2n;
    await queue.broadcast([send]);
    await sender(chain).broadcast([send]);
    assert.deepEqual(
      chain.sent.map(({ sequence }) => sequence),
      [4n, 5n, 6n, 7n, 10n, 11n],
    );
  });

  it("does not repeat what was refused for another reason", async () => {
    let asked = 0;
    const poor = {
      code: 5,
      codespace: "sdk",
      log: "spendable balance 0uassay is smaller than 1250uassay: insufficient funds",
    };
    const chain: Chain = { sequence: 4n, sent: [], refuse: () => (asked++, poor) };
    await assert.rejects(
      sender(chain).broadcast([send]),
      (error) => error instanceof TxRefused && /insufficient funds/.test(error.message),
    );
    assert.equal(asked, 1);
  });

  it("E8: a node that died with the transaction is asked again and not sent another one", async () => {
    const looks: unknown[] = [];
    const chain: Chain = {
      sequence: 4n,
      sent: [],
      refuse: () => {
        throw new RpcUnavailable(["fake (ECONNRESET)"]);
      },
    };
    const rpc = fakeRpc(chain);
    const call = async <T>(method: string, params?: Record<string, unknown>): Promise<T> => {
      if (method !== "tx") return rpc.call<T>(method, params);
      looks.push(params?.["hash"]);
      if (looks.length === 1) throw new RpcUnavailable(["fake (ECONNREFUSED)"]);
      return { hash: "ab", height: "9", tx_result: {} } as T;
    };
    const signer = { signer: wallet, address, chainId: "assay-test-1" };
    const gasPrice = { amount: 0.025, denom: "uassay" };
    const queue = new TxSender({ rpc: { endpoint: "fake", call }, ...signer, gasPrice });
    const { height, fee } = await queue.send([send]);
    assert.equal(height, 9n);
    assert.equal(fee, 2_125n);
    assert.equal(looks.length, 2);
    assert.equal(new Set(looks).size, 1);
  });

  it("shows the signed bytes before they leave, and takes `already in cache` for accepted", async () => {
    const seen: string[] = [];
    const chain: Chain = {
      sequence: 4n,
      sent: [],
      refuse: () => {
        assert.equal(seen.length, 1);
        throw new RpcError(-32603, "Internal error", "tx already exists in cache");
      },
    };
    const { hash, fee, gasWanted } = await sender(chain).broadcast([send], {
      beforeSend: (signed) => void seen.push(signed.hash),
    });
    assert.deepEqual(seen, [hash]);
    assert.equal(gasWanted, 85_000n);
    assert.equal(fee, 2_125n);
  });
});

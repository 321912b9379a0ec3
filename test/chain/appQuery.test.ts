import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { verifyMembership, verifyNonMembership, type ProofOp } from "../../core/store/proofs.ts";
import {
  GetNodeInfoRequest,
  GetNodeInfoResponse,
  Pairs,
  QueryAccountRequest,
  QueryBalanceRequest,
  QueryBalanceResponse,
  QueryNodeConfigRequest,
  QueryNodeConfigResponse,
} from "../../proto/cosmos.ts";
import { send } from "../support/chainSends.ts";
import { startChain, type TestChain } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";

type Asked = { path: string; data?: Uint8Array; height?: bigint; prove?: boolean };

function ask(chain: TestChain, { path, data, height = 0n, prove = false }: Asked): ResponseQuery {
  const answer = chain.first.app.query({ path, data: data ?? new Uint8Array(), height, prove });
  assert.ok(!(answer instanceof Promise));
  return answer;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const balancePath = "/cosmos.bank.v1beta1.Query/Balance";

function lived(): {
  chain: TestChain;
  alice: TestKey;
  bob: TestKey;
  hashes: Map<bigint, Uint8Array>;
} {
  const chain = startChain();
  const [alice, bob] = chain.accounts as [TestKey, TestKey];
  const hashes = new Map<bigint, Uint8Array>();
  for (let i = 1; i <= 5; i++) {
    chain.mustRun(alice, send(alice, bob, "10"));
    hashes.set(chain.height, chain.appHash);
  }
  return { chain, alice, bob, hashes };
}

/** The SDK's key of a balance. */
function balanceKey(owner: TestKey, denom = "uassay"): Uint8Array {
  const address = bytesOfAddress(owner.address);
  return Uint8Array.of(2, address.length, ...address, ...utf8(denom));
}

describe("app: queries of the store", () => {
  it("B7: proves a value at every provable height against the next header's app hash", () => {
    const { chain, bob, hashes } = lived();
    for (const path of ["/store/bank/key", "store/bank/key"]) {
      for (let height = 2n; height <= 5n; height++) {
        const key = balanceKey(bob);
        const answer = ask(chain, { path, data: key, height, prove: true });
        assert.equal(answer.code, 0, answer.log);
        assert.equal(answer.height, height);
        assert.deepEqual(answer.key, key);
        const ops = (answer.proofOps?.ops ?? []) as ProofOp[];
        assert.deepEqual(
          ops.map(({ type }) => type),
          ["ics23:iavl", "ics23:simple"],
        );
        const hash = hashes.get(height) ?? assert.fail("hash");
        assert.ok(verifyMembership(ops, hash, "bank", key, answer.value));
        const other = hashes.get(height - 1n) ?? assert.fail("hash");
        assert.ok(!verifyMembership(ops, other, "bank", key, answer.value));
        assert.equal(new TextDecoder().decode(answer.value), String(10n ** 12n + 10n * height));
      }
    }
  });

  it("proves absence", () => {
    const { chain, bob } = lived();
    const key = balanceKey(bob, "nothing");
    const answer = ask(chain, { path: "/store/bank/key", data: key, prove: true });
    assert.equal(answer.code, 0);
    assert.equal(answer.value.length, 0);
    const ops = (answer.proofOps?.ops ?? []) as ProofOp[];
    assert.ok(verifyNonMembership(ops, chain.appHash, "bank", key));
  });

  it("every store of the chain can prove: none is empty", () => {
    const { chain } = lived();
    for (const name of chain.first.state.registry.stores) {
      const asked = { path: `/store/${name}/key`, data: utf8("none"), prove: true };
      assert.equal(ask(chain, asked).code, 0, name);
    }
  });

  it("scans a prefix, and only so much of it", () => {
    const { chain } = lived();
    const answer = ask(chain, { path: "/store/bank/subspace", data: Uint8Array.of(2) });
    assert.equal(Pairs.decode(answer.value).pairs.length, 5);
    const big = startChain({ accounts: 1001 });
    big.next();
    const refused = ask(big, { path: "/store/bank/subspace", data: Uint8Array.of(2) });
    assert.equal(refused.code, 18);
    assert.match(refused.log, /at most 1000 pairs/);
  });

  it("refuses in the SDK's words", () => {
    const { chain } = lived();
    const key = Uint8Array.of(0);
    const cases: readonly (readonly [Asked, string, number, RegExp | string])[] = [
      [{ path: "/store/none/key", data: key }, "store", 4, "no such store: none: unknown request"],
      [{ path: "/store/bank/key" }, "store", 3, "query cannot be zero length: tx parse error"],
      [
        { path: "/store/bank/key", data: key, height: 1n, prove: true },
        ...(["sdk", 18] as const),
        "cannot query with proof when height <= 1; please provide a valid height: invalid request",
      ],
      [{ path: "/store/bank/key", data: key, height: -1n }, "sdk", 18, /height < 0/],
      [
        { path: "/store/bank/key", data: key, height: 99n },
        ...(["sdk", 26] as const),
        "cannot query with height in the future; please provide a valid height: invalid height",
      ],
      [{ path: "/store/bank/other", data: key }, "store", 6, /unexpected query path/],
    ];
    for (const [asked, codespace, code, log] of cases) {
      const answer = ask(chain, asked);
      assert.deepEqual([answer.codespace, answer.code], [codespace, code], asked.path);
      if (typeof log === "string") assert.equal(answer.log, log);
      else assert.match(answer.log, log);
    }
  });

  it("a pruned version has no value and no proof", () => {
    const chain = startChain();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    for (let i = 0; i < 3; i++) chain.mustRun(alice, send(alice, bob));
    chain.next({ blocks: 100 });
    const data = balanceKey(bob);
    const plain = ask(chain, { path: "/store/bank/key", data, height: 2n });
    assert.deepEqual([plain.code, plain.log, plain.value.length], [0, "version does not exist", 0]);
    const proven = ask(chain, { path: "/store/bank/key", data, height: 2n, prove: true });
    assert.deepEqual([proven.codespace, proven.code], ["store", 7]);
    assert.match(proven.log, /^proof is unexpectedly empty; ensure height has not been pruned/);
    const query = ask(chain, { path: balancePath, height: 2n });
    assert.equal(query.code, 18);
    assert.match(query.log, /^failed to load state at height 2; .+ \(latest height: 103\)/);
  });
});

describe("app: queries of modules and services", () => {
  it("answers with the state of the height that was asked for", () => {
    const { chain, bob } = lived();
    const at = (height: bigint): string | undefined =>
      chain.query(
        balancePath,
        QueryBalanceRequest,
        { address: bob.address, denom: "uassay" },
        QueryBalanceResponse,
        height,
      ).balance?.amount;
    assert.equal(at(0n), "1000000000050");
    assert.equal(at(3n), "1000000000030");
    const data = QueryBalanceRequest.encode({ address: bob.address, denom: "uassay" }).finish();
    assert.equal(ask(chain, { path: balancePath, data }).height, 5n);
  });

  it("says NotFound and InvalidArgument as CosmJS expects them", () => {
    const { chain } = lived();
    const path = "/cosmos.auth.v1beta1.Query/Account";
    const unknown = "assay1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3flmkh9";
    const data = QueryAccountRequest.encode({ address: unknown }).finish();
    const missing = ask(chain, { path, data });
    assert.equal(
      missing.log,
      `rpc error: code = NotFound desc = account ${unknown} not found: key not found`,
    );
    assert.deepEqual([missing.codespace, missing.code], ["sdk", 22]);
    assert.match(ask(chain, { path }).log, /^rpc error: code = InvalidArgument desc = /);
  });

  it("D1: refuses a request that is not canonical before any decoder sees it", () => {
    const { chain } = lived();
    const deep = new Uint8Array(20_000).fill(0x0b);
    for (const path of [balancePath, "/cosmos.tx.v1beta1.Service/Simulate"]) {
      const answer = ask(chain, { path, data: deep });
      assert.equal(answer.code, 18, answer.log);
    }
  });

  it("answers what a node is asked", () => {
    const { chain } = lived();
    const info = chain.query(
      "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo",
      GetNodeInfoRequest,
      {},
      GetNodeInfoResponse,
    );
    assert.equal(info.defaultNodeInfo?.network, chain.chainId);
    const priced = startChain({ minGasPrice: "0.0025uassay" });
    priced.next();
    const config = priced.query(
      "/cosmos.base.node.v1beta1.Service/Config",
      QueryNodeConfigRequest,
      {},
      QueryNodeConfigResponse,
    );
    assert.equal(config.minimumGasPrice, "0.002500000000000000uassay");
    assert.equal(new TextDecoder().decode(ask(chain, { path: "/app/version" }).value), "test");
    assert.equal(ask(chain, { path: "/p2p/filter/addr/1.2.3.4:5" }).code, 0);
  });

  it("refuses unknown paths, broadcasts and everything before the first block", () => {
    const { chain } = lived();
    const unknown = ask(chain, { path: "/custom/bank/balance" });
    assert.deepEqual([unknown.code, unknown.log], [6, "unknown query path: unknown request"]);
    const broadcast = ask(chain, { path: "/cosmos.tx.v1beta1.Service/BroadcastTx" });
    assert.deepEqual(
      [broadcast.code, broadcast.log],
      [18, "can't route a broadcast tx message: invalid request"],
    );
    const early = ask(startChain(), { path: balancePath });
    assert.deepEqual(
      [early.code, early.log],
      [26, "assay is not ready; please wait for first block: invalid height"],
    );
  });

  it("B23: a storm of queries changes no block", () => {
    const run = (storm: boolean): Uint8Array => {
      const { chain, alice, bob } = lived();
      if (storm) {
        for (const path of chain.first.state.registry.queries.keys()) {
          for (let height = 0n; height < 6n; height++) ask(chain, { path, height });
          ask(chain, { path, data: utf8("\u0012\u0003abc") });
        }
      }
      chain.mustRun(alice, send(alice, bob));
      return chain.appHash;
    };
    assert.deepEqual(run(true), run(false));
  });
});

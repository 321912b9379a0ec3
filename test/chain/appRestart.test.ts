import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex } from "../../core/bytes.ts";
import { endlessDraw, send } from "../support/chainSends.ts";
import { startChain, type TestChain } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";

const infoRequest = { version: "", blockVersion: 0n, p2pVersion: 0n, abciVersion: "" };

/** A short chain with good, failing and no transactions; returns the app hash of each block. */
async function live(chain: TestChain, between: () => Promise<void>): Promise<string[]> {
  const [alice, bob, carol] = chain.accounts as [TestKey, TestKey, TestKey];
  const hashes: string[] = [];
  for (let i = 0; i < 8; i++) {
    const txs =
      i % 3 === 2
        ? []
        : [
            chain.tx(alice, send(alice, bob, `${i + 1}`), { fee: "10uassay" }),
            chain.tx(carol, send(carol, bob, i === 4 ? "99999999999999" : "7"), { fee: "3uassay" }),
          ];
    if (txs.length === 0) chain.next();
    else chain.deliver(...txs);
    hashes.push(toHex(chain.appHash));
    await between();
  }
  return hashes;
}

describe("app: restarts", () => {
  it("D17: a restart after every block changes no app hash", async () => {
    const genesis = endlessDraw;
    const steady = startChain({ genesis });
    const expected = await live(steady, () => Promise.resolve());
    const restarted = startChain({ genesis, storage: "disk", replicas: 2 });
    const got = await live(restarted, () => restarted.restart());
    await restarted.stop();
    assert.deepEqual(got, expected);
    assert.equal(new Set(expected).size, expected.length);
  });

  it("Info shows the last commit, and nothing before the first", async () => {
    const chain = startChain({ storage: "disk" });
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const info = (): readonly [bigint, string] => {
      const { lastBlockHeight, lastBlockAppHash } = chain.first.app.info(infoRequest);
      return [lastBlockHeight, toHex(lastBlockAppHash)];
    };
    assert.deepEqual(info(), [0n, empty]);
    await chain.restart();
    assert.deepEqual(info(), [0n, empty]);
    chain.initChain(chain.first);
    chain.first.app.finalizeBlock(chain.nextRequest([]));
    assert.deepEqual(info(), [0n, empty]);
    await chain.restart();
    assert.deepEqual(info(), [0n, empty]);
    chain.initChain(chain.first);
    chain.initChain(chain.first);
    chain.next();
    const first = info();
    assert.deepEqual(first, [1n, toHex(chain.appHash)]);
    await chain.restart();
    assert.deepEqual(info(), first);
    await chain.stop();
  });

  it("a block that was worked out and not committed comes again with the same answer", async () => {
    const chain = startChain({ storage: "disk" });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.next();
    const request = chain.nextRequest([chain.tx(alice, send(alice, bob), { fee: "10uassay" })]);
    const first = chain.first.app.finalizeBlock(request);
    const other = chain.first.app.finalizeBlock(chain.nextRequest([]));
    assert.notDeepEqual(other.appHash, first.appHash);
    assert.deepEqual(chain.first.app.finalizeBlock(request), first);
    await chain.restart();
    assert.deepEqual(chain.first.app.finalizeBlock(request), first);
    chain.first.app.commit({});
    assert.deepEqual(chain.first.app.info(infoRequest).lastBlockAppHash, first.appHash);
    await chain.stop();
  });

  it("consensus params outlive a restart", async () => {
    const chain = startChain({ storage: "disk", maxGas: 77_000n });
    chain.next();
    await chain.restart();
    assert.equal(chain.first.state.limits.maxGas, 77_000n);
    await chain.stop();
  });
});

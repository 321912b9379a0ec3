import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadAccounts } from "../perf/load.ts";
import { addAccounts } from "../support/chainGenesis.ts";
import { startChain } from "../support/driver.ts";
import { sendMessage, sign } from "../support/flood.ts";

describe("C2: a mempool that everybody uses", () => {
  it("100,000 accounts that send once each: memory is given back", (context) => {
    const count = 100_000;
    const accounts = loadAccounts(count, "assay");
    const chain = startChain({
      mempool: { txs: 5_000n, bytes: 1_073_741_824n },
      genesis: (state) => addAccounts(state, accounts, 1_000_000n),
    });
    chain.next();
    const firstNumber = BigInt(chain.accounts.length);
    const collect = collector();
    const heap = (): number => (collect(), process.memoryUsage().heapUsed / 2 ** 20);
    const after: number[] = [];
    const perBlock = 4_000;
    const taken = 10;
    for (let at = 0; at < count; at += perBlock) {
      for (const [i, account] of accounts.slice(at, at + perBlock).entries()) {
        const to = accounts[(at + i + 1) % count]?.address ?? "";
        const messages = [sendMessage(account.address, to)];
        const accountNumber = firstNumber + BigInt(at + i);
        const tx = sign(chain.chainId, { account, accountNumber, sequence: 0n, messages });
        const { code, log } = chain.first.app.checkTx({ tx, type: 0 });
        assert.equal(code, 0, log);
        // The others are as good as thrown out by CometBFT: it never says so.
        if (i % taken === 0) chain.mempool.push(tx);
      }
      chain.next();
      assert.equal(
        chain.last.results.filter((result) => result.code === 0).length,
        perBlock / taken,
      );
      after.push(heap());
    }
    const [first = 0] = after;
    const grown = (after.at(-1) ?? 0) - first;
    // One in ten has a public key and a sequence in the state by now: some hundred bytes.
    assert.ok(grown < 200, `heap: expected less than 200 MiB more, got ${grown}`);
    context.diagnostic(`reliability: distinct accounts in one mempool's life = ${count}`);
    context.diagnostic(`heap ${Math.round(first)} MiB, ${Math.round(grown)} MiB more at the end`);
  });
});

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadAccounts, type LoadAccount } from "../perf/load.ts";
import { addAccounts, type AppState } from "../support/chainGenesis.ts";
import { startChain } from "../support/driver.ts";
import { sendMessage, sign } from "../support/flood.ts";

/** Of them to a block; the others are as good as thrown out by CometBFT, which never says so. */
const taken = 10;
const count = 100_000;
const perBlock = 4_000;
/** Of decoded transactions: two halves, of which one is full before anything is thrown out. */
const [cacheLimit, cacheHalf] = [60_000, 30_000];
/** Less than a third of a KiB for each account: nothing that names them all would fit. */
const boundMiB = 30;

describe("C2: a mempool that everybody uses", () => {
  it("100,000 accounts that send once each: nothing keeps what it knew of them", (context) => {
    const accounts = loadAccounts(count, "assay");
    const chain = startChain({
      mempool: { txs: 5_000n, bytes: 1_073_741_824n },
      genesis: (state) => {
        addAccounts(state, accounts, 1_000_000n);
        storeKeys(state, accounts);
      },
    });
    chain.next();
    const firstNumber = BigInt(chain.accounts.length);
    const { txs: cache } = chain.first.state;
    const collect = collector();
    const heap = (): number => (collect(), process.memoryUsage().heapUsed / 2 ** 20);
    const sent: Uint8Array[] = [];
    /** Without the cache of decoded transactions, which has a limit of its own. */
    const rest = (): number => {
      cache.forget(sent);
      assert.equal(cache.size, 0);
      sent.length = 0;
      chain.next();
      return heap();
    };
    let first: number | undefined;
    let largest = 0;
    for (let at = 0; at < count; at += perBlock) {
      for (const [i, account] of accounts.slice(at, at + perBlock).entries()) {
        const to = accounts[(at + i + 1) % count]?.address ?? "";
        const messages = [sendMessage(account.address, to)];
        const accountNumber = firstNumber + BigInt(at + i);
        const tx = sign(chain.chainId, { account, accountNumber, sequence: 0n, messages });
        const { code, log } = chain.first.app.checkTx({ tx, type: 0 });
        assert.equal(code, 0, log);
        sent.push(tx);
        if (i % taken === 0) chain.mempool.push(tx);
      }
      chain.next();
      assert.equal(
        chain.last.results.filter((result) => result.code === 0).length,
        perBlock / taken,
      );
      first ??= rest();
      largest = Math.max(largest, cache.size);
    }
    assert.ok(largest > cacheHalf && largest <= cacheLimit, `decoded transactions: ${largest}`);
    const grown = rest() - (first ?? 0);
    assert.ok(grown < boundMiB, `heap: expected less than ${boundMiB} MiB more, got ${grown}`);
    context.diagnostic(`reliability: distinct accounts in one mempool's life = ${count}`);
    context.diagnostic(`heap ${Math.round(first ?? 0)} MiB, ${grown.toFixed(1)} MiB more`);
    context.diagnostic(`decoded transactions held at most: ${largest}`);
  });
});

/** Half of the accounts have sent before: their transactions wait in a table, the others' in the state of CheckTx. */
function storeKeys(state: AppState, accounts: readonly LoadAccount[]): void {
  const type = "/cosmos.crypto.secp256k1.PubKey";
  const keys = new Map(accounts.map(({ address, publicKey }) => [address, publicKey]));
  for (const [i, account] of state["auth"].accounts.entries()) {
    const key = keys.get(account.address);
    if (key === undefined || i % 2 === 0) continue;
    account.pub_key = { "@type": type, key: Buffer.from(key).toString("base64") };
  }
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

// G9, G10 and G11: the app driven over its socket as CometBFT drives it, with large state and while catching up.
import assert from "node:assert/strict";
import { percentile, report, spread } from "./harness.ts";
import { loadAccounts, signSends, type LoadAccount } from "./load.ts";
import { sendMessage, sign, type Message } from "../support/flood.ts";
import { assayHome, loadChainId } from "./node.ts";
import { Replayer, type BlockTimes } from "./replayer.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { u64Bytes } from "../../core/bytes.ts";

function sendsOf(accounts: LoadAccount[], rounds: number): Buffer[] {
  return signSends({
    ...{ accounts, rounds, chainId: loadChainId, denom: "uassay" },
    ...{ fee: 200n, gas: 200_000n, firstAccountNumber: 0 },
  }).map((tx) => Buffer.from(tx, "base64"));
}

/** A transaction of more has too many fields (core/wire/scanner.ts). */
const sendsInOne = 100;
const txsInBlock = 50;

/**
 * Accounts that only lie there, nobody needs their keys: made by blocks of sends, because a genesis of a million is
 * larger than what CometBFT sends to an app (104,857,600 bytes).
 */
async function addStrangers(
  app: Replayer,
  count: number,
  account: LoadAccount,
  accountNumber: bigint,
): Promise<void> {
  const messageTo = (i: number): Message =>
    sendMessage(account.address, addressFromBytes(sha256(u64Bytes(BigInt(i))).slice(0, 20)));
  let sequence = 0n;
  for (let made = 0; made < count;) {
    const txs: Uint8Array[] = [];
    while (txs.length < txsInBlock && made < count) {
      const length = Math.min(sendsInOne, count - made);
      const messages = Array.from({ length }, (_, i) => messageTo(made + i));
      const gas = 200_000n * BigInt(length);
      txs.push(sign(loadChainId, { account, accountNumber, sequence, messages, gas }));
      sequence++;
      made += length;
    }
    await app.block(txs);
  }
}

/** G9 and G10: FinalizeBlock of 500 sends over `keys` accounts, then a restart with that state. */
export async function largeState(comet: string, keys: number, blocks: number): Promise<void> {
  const accounts = loadAccounts(500, "assay");
  const [filler = assert.fail()] = loadAccounts(501, "assay").slice(500);
  const { home } = await assayHome(comet, [...accounts, filler], "large");
  const sends = sendsOf(accounts, blocks);
  const params = { accounts: keys, txs: 500, blocks };
  const app = await Replayer.start(home);
  const times: BlockTimes[] = [];
  try {
    await addStrangers(app, keys - accounts.length - 1, filler, 500n);
    for (let i = 0; i < blocks; i++) {
      const txs = sends.slice(i * 500, (i + 1) * 500);
      // As at the head of a chain: every transaction came by CheckTx before.
      await app.check(txs);
      times.push(await app.block(txs));
    }
  } finally {
    await app.stop();
  }
  const finalize = times.map(({ finalizeMs }) => finalizeMs);
  const commit = times.map(({ commitMs }) => commitMs);
  const p99 = percentile(finalize, 0.99);
  report({
    ...{ id: "G9", what: "FinalizeBlock of 500 sends, p99", unit: "ms", value: p99, params },
    bar: { asks: "< 500 ms", holds: p99 < 500 },
  });
  report({ id: "G9", what: "FinalizeBlock", unit: "ms", value: spread(finalize), params });
  report({ id: "G9", what: "Commit", unit: "ms", value: spread(commit), params });
  const again = await Replayer.start(home);
  const seconds = again.startMs / 1000;
  await again.stop();
  report({
    ...{ id: "G10", what: "restart to the first Info answer", unit: "s", value: seconds, params },
    bar: { asks: "< 15 s", holds: seconds < 15 },
  });
}

/** G11: blocks of 50 sends that no CheckTx saw, one after the other. */
export async function blockSync(comet: string, blocks: number): Promise<void> {
  const accounts = loadAccounts(2_000, "assay");
  const { home } = await assayHome(comet, accounts, "sync");
  const sends = sendsOf(accounts, Math.ceil((blocks * 50) / accounts.length));
  const app = await Replayer.start(home);
  try {
    await app.block([]);
    const before = app.cpuSeconds;
    const began = performance.now();
    for (let i = 0; i < blocks; i++) await app.block(sends.slice(i * 50, (i + 1) * 50));
    const perSecond = (blocks * 1000) / (performance.now() - began);
    const cpuMs = ((app.cpuSeconds - before) * 1000) / blocks;
    const params = { blocks, txs: 50, appCpuMs: cpuMs.toFixed(2) };
    report({
      ...{ id: "G11", what: "block sync, replayed over the socket", unit: "blocks/s" },
      ...{ value: perSecond, params, bar: { asks: ">= 200", holds: perSecond >= 200 } },
    });
  } finally {
    await app.stop();
  }
}

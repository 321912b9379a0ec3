// G9, G10 and G11: the app driven over its socket as CometBFT drives it, with large state and while catching up.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { percentile, report, spread } from "./harness.ts";
import { loadAccounts, signSends, type LoadAccount } from "./load.ts";
import { sendMessage, sign, type Message } from "../support/flood.ts";
import { assayHome, loadChainId } from "./node.ts";
import { snapshotSuffix } from "../../app/db/snapshot.ts";
import { until } from "../support/network.ts";
import { costsOfProcess } from "./profile.ts";
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

/** Its record and its number, its balance and its entry among the owners of the coin. */
const keysOfAccount = 4;

/** A home with so many accounts, 500 of which send; `blocks` of as many sends, each seen by CheckTx before. */
async function largeHome(
  comet: string,
  accounts: number,
  { txs, blocks }: { readonly txs: number; readonly blocks: number },
): Promise<{ readonly home: string; readonly times: BlockTimes[] }> {
  const [filler = assert.fail(), ...senders] = loadAccounts(501, "assay");
  const { home } = await assayHome(comet, [...senders, filler], "large");
  const sends = sendsOf(senders, Math.ceil((blocks * txs) / senders.length));
  const app = await Replayer.start(home);
  const times: BlockTimes[] = [];
  try {
    const others = accounts - senders.length - 1;
    await addStrangers(app, others, filler, BigInt(senders.length));
    for (let i = 0; i < blocks; i++) {
      const part = sends.slice(i * txs, (i + 1) * txs);
      // As at the head of a chain: every transaction came by CheckTx before.
      await app.check(part);
      times.push(await app.block(part));
    }
    await snapshotWritten(home);
  } finally {
    await app.stop();
  }
  return { home, times };
}

/** One in the making is given up when the app ends: a chain that makes 80 blocks a second outruns it, no other does. */
async function snapshotWritten(home: string): Promise<void> {
  const folder = path.join(home, "data", "app", "state-snapshots");
  const isThere = (): boolean =>
    fs.readdirSync(folder).some((name) => name.endsWith(snapshotSuffix));
  await until(async () => (isThere() ? true : undefined), 300_000, 100);
}

/** G9: FinalizeBlock of 500 sends over so many accounts; and a restart with that state. */
export async function largeState(comet: string, accounts: number, blocks: number): Promise<void> {
  const params = { accounts, txs: 500, blocks };
  const { home, times } = await largeHome(comet, accounts, params);
  const finalize = times.map(({ finalizeMs }) => finalizeMs);
  const commit = times.map(({ commitMs }) => commitMs);
  const p99 = percentile(finalize, 0.99);
  report({
    ...{ id: "G9", what: "FinalizeBlock of 500 sends, p99", unit: "ms", value: p99, params },
    bar: { asks: "< 500 ms", holds: p99 < 500 },
  });
  report({ id: "G9", what: "FinalizeBlock", unit: "ms", value: spread(finalize), params });
  report({ id: "G9", what: "Commit", unit: "ms", value: spread(commit), params, beside: true });
  await restart(home, params);
}

/** G10: 1,000,000 keys, blocks of 50 sends, some 500 of them since the last snapshot. */
export async function restartedState(comet: string): Promise<void> {
  const params = { accounts: 1_000_000 / keysOfAccount, txs: 50, blocks: 1_450 };
  const { home } = await largeHome(comet, params.accounts, params);
  await restart(home, params);
}

async function restart(home: string, params: Readonly<Record<string, number>>): Promise<void> {
  const seconds = async (nodeArgs: readonly string[]): Promise<number> => {
    const again = await Replayer.start(home, nodeArgs);
    await again.stop();
    return again.startMs / 1000;
  };
  const keys = keysOfAccount * (params["accounts"] ?? 0);
  const value = await seconds([]);
  const bar = { asks: "< 15 s", holds: value < 15 };
  report({
    ...{ id: "G10", what: "restart to the first Info answer", unit: "s", value },
    params: { ...params, stateKeys: keys },
    // The bar is that of a million keys.
    ...(keys > 1_000_000 ? { beside: true as const } : { bar }),
  });
  await costsOfProcess("G10", `a restart with ${keys} keys`, seconds);
}

/** PERFORMANCE 9 asks for ten seconds; a node that catches up runs for minutes. */
const warmUpBlocks = 1_000;
const rounds = 5;

/** G11: blocks of 50 sends that no CheckTx saw, one after the other. */
export async function blockSync(comet: string, blocks: number): Promise<void> {
  const accounts = loadAccounts(2_000, "assay");
  const all = ((warmUpBlocks + blocks) * txsInBlock) / accounts.length;
  const sends = sendsOf(accounts, Math.ceil(all));
  const blocksAt = (from: number, to: number): Buffer[][] =>
    Array.from({ length: to - from }, (_, i) =>
      sends.slice((from + i) * txsInBlock, (from + i + 1) * txsInBlock),
    );
  const sync = async (nodeArgs: readonly string[]): Promise<Synced> => {
    const { home } = await assayHome(comet, accounts, "sync");
    const app = await Replayer.start(home, nodeArgs);
    try {
      await app.block([]);
      await app.blocks(blocksAt(0, warmUpBlocks));
      const before = app.cpuSeconds;
      const perSecond: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const [from = 0, to = 0] = [round, round + 1].map(
          (at) => warmUpBlocks + Math.round((blocks * at) / rounds),
        );
        perSecond.push(((to - from) * 1000) / (await app.blocks(blocksAt(from, to))));
      }
      return { perSecond, cpuMs: ((app.cpuSeconds - before) * 1000) / blocks };
    } finally {
      await app.stop();
    }
  };
  const { perSecond, cpuMs } = await sync([]);
  const value = spread(perSecond);
  const params = { blocks, warmUp: warmUpBlocks, txs: txsInBlock, appCpuMs: cpuMs.toFixed(2) };
  report({
    ...{ id: "G11", what: "block sync, replayed over the socket", unit: "blocks/s", value },
    ...{ rounds, params, bar: { asks: ">= 200", holds: value[1] >= 200 } },
  });
  await costsOfProcess("G11", "block sync in the app's main thread", sync);
}

/** Of each round; and milliseconds of a block. */
type Synced = { readonly perSecond: readonly number[]; readonly cpuMs: number };

// G5 and G6: four consensus validators, how silent they are and what a lone transaction leaves on disk.
import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { AssayClient } from "../../client/index.ts";
import { TestNetwork } from "../support/network.ts";
import { report } from "./harness.ts";

/** The write-ahead log is bounded (1 GiB at most) and counted apart. */
const notCounted = ["--exclude=cs.wal", "--exclude=*.log.gz", "--exclude=logs"];

export function bytesOf(folder: string): number {
  const out = execFileSync("du", ["--apparent-size", "-sb", ...notCounted, folder], {
    encoding: "utf8",
  });
  return Number(out.split("\t")[0]);
}

/** Of the first validator's stores. */
export async function compactedBytes(net: TestNetwork): Promise<number> {
  // goleveldb compacts when it opens.
  await net.killValidator(0);
  await net.reviveValidator(0);
  await delay(5_000);
  return bytesOf(net.folder.in("node0"));
}

const sendOf = (client: AssayClient, amount: string): Parameters<AssayClient["send"]>[0] => [
  {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: {
      fromAddress: client.sender.address,
      toAddress: client.sender.address,
      amount: [{ denom: "uassay", amount }],
    },
  },
];

async function appHashAt(net: TestNetwork, height: bigint): Promise<string> {
  const answer = await fetch(`${net.rpc[0]}/block?height=${height}`);
  const { result } = (await answer.json()) as {
    result: { block: { header: { app_hash: string } } };
  };
  return result.block.header.app_hash;
}

/** Blocks after the last transaction's, and whether any followed in `minutes` of silence. */
async function idleBlocks(
  net: TestNetwork,
  client: AssayClient,
  minutes: number,
): Promise<{ empty: number; later: number; sameHash: boolean }> {
  const { height } = await client.send(sendOf(client, "1"));
  await delay(10_000);
  const settled = await client.height();
  const before = await appHashAt(net, settled);
  await delay(minutes * 60_000);
  const last = await client.height();
  const after = await appHashAt(net, last);
  return {
    empty: Number(settled - BigInt(height)),
    later: Number(last - settled),
    sameHash: before === after,
  };
}

/** G5: with all four, and with one of them dead. */
export async function idle(comet: string, minutes: number): Promise<void> {
  const net = await TestNetwork.start(comet, 4);
  try {
    for (const down of [0, 1]) {
      if (down === 1) await net.killValidator(3);
      const client = await net.client(0, net.rpc.slice(0, 3));
      const { empty, later, sameHash } = await idleBlocks(net, client, minutes);
      report({
        ...{ id: "G5", what: "empty blocks after a transaction + later", unit: "blocks" },
        ...{
          value: empty + later,
          params: { validators: 4, down, minutes, sameHash: `${sameHash}` },
        },
        bar: { asks: "exactly 1", holds: empty === 1 && later === 0 && sameHash },
      });
    }
  } finally {
    await net.stop();
  }
}

/** G6: bytes that a lone bank send leaves in all stores of one validator of four, two blocks included. */
export async function loneSend(comet: string, count: number): Promise<void> {
  const net = await TestNetwork.start(comet, 4);
  try {
    const client = await net.client(0);
    await client.send(sendOf(client, "1"));
    await delay(5_000);
    const home = net.folder.in("node0");
    const heightBefore = await client.height();
    const before = bytesOf(home);
    for (let i = 0; i < count; i++) {
      const { height } = await client.send(sendOf(client, String(i + 1)));
      // Lone: its empty block has passed before the next one is sent.
      while ((await client.height()) < BigInt(height) + 1n) await delay(20);
    }
    await delay(5_000);
    const bytes = ((await compactedBytes(net)) - before) / count;
    const blocks = Number((await client.height()) - heightBefore) / count;
    report({
      ...{ id: "G6", what: "a lone send, all stores without WAL", unit: "bytes", value: bytes },
      params: { sends: count, validators: 4, blocksPerSend: blocks.toFixed(2) },
      bar: { asks: "<= 8192", holds: bytes <= 8192 },
    });
  } finally {
    await net.stop();
  }
}

// G13's figures without a bar: what a task and a heartbeat leave on disk, and how long a task takes beside a flood.
import { setTimeout as delay } from "node:timers/promises";
import type { AssayClient } from "../../client/index.ts";
import { Flood, sendMessage, sign } from "../support/flood.ts";
import { TestNetwork, releaseName, taskKey } from "../support/network.ts";
import { bytesOf as bytesIn, compactedBytes } from "./chain4.ts";
import { percentile, report } from "./harness.ts";
import { loadAccounts } from "./load.ts";

const tasks = 40;
const quietMs = 60_000;
const heartbeatType = "/assay.staking.v1.MsgHeartbeat";
const floodConnections = 64;
/** Some hundred sends a second: ten for each post of the tasks, and more. */
const floodPauseMs = 640;
/** Of genesis before those of the flood. */
const ownAccounts = 10n;

export async function footprint(comet: string): Promise<void> {
  const senders = loadAccounts(floodConnections * 10, "assay");
  const net = await TestNetwork.start(comet, 4, undefined, { accounts: senders });
  try {
    await net.publish();
    for (const owner of [1, 2, 3, 4, 5, 6]) await net.startExecutor(owner);
    await net.untilEligible(6);
    const client = await net.client(0);
    await bytesOf(net, "a heartbeat with its blocks", async () => {
      const before = await heartbeats(net);
      await delay(quietMs);
      return (await heartbeats(net)) - before;
    });
    for (const validators of [0, 1, 5]) {
      await bytesOf(net, `a task, N = ${validators}, heartbeats and posts included`, async () => {
        for (let i = 0; i < tasks; i++) await run(client, i, validators);
        return tasks;
      });
    }
    await underFlood(net, client, senders);
    await idleDay(net);
  } finally {
    await net.stop();
  }
}

/** A minute without an executor, who would send heartbeats, times the minutes of a day. */
async function idleDay(net: TestNetwork): Promise<void> {
  await net.stopExecutors();
  await delay(15_000);
  const home = net.folder.in("node0");
  const before = bytesIn(home);
  await delay(quietMs);
  const value = ((bytesIn(home) - before) * 86_400_000) / quietMs;
  const params = { validators: 4 };
  const row = {
    id: "G13",
    what: "on disk without WAL: a day without a transaction",
    unit: "bytes",
  };
  report({ ...row, value, params, beside: true });
}

async function bytesOf(net: TestNetwork, what: string, act: () => Promise<number>): Promise<void> {
  const before = await compactedBytes(net);
  const count = await act();
  const value = ((await compactedBytes(net)) - before) / count;
  const params = { count, validators: 4 };
  const row = { id: "G13", what: `on disk without WAL: ${what}`, unit: "bytes" };
  report({ ...row, value, params, beside: true });
}

async function heartbeats(net: TestNetwork): Promise<number> {
  const query = encodeURIComponent(`"message.action='${heartbeatType}'"`);
  const answer = await fetch(`${net.rpc[1]}/tx_search?query=${query}&per_page=1`);
  const { result } = (await answer.json()) as { result: { total_count: string } };
  return Number(result.total_count);
}

/** Blocks from the request's to the result's. */
async function run(client: AssayClient, i: number, validators: number): Promise<number> {
  const { task } = await client.run(releaseName, taskKey, { numbers: [i, 1] }, { validators });
  return Number(task.finishedHeight - task.requestedHeight);
}

/** N = 1: its last step is a reveal. */
async function underFlood(
  net: TestNetwork,
  client: AssayClient,
  senders: ReturnType<typeof loadAccounts>,
): Promise<void> {
  const calm = await blocksOf(client);
  const turns = new Array<number>(floodConnections).fill(0);
  const next = (connection: number): Uint8Array => {
    const turn = turns[connection] ?? 0;
    turns[connection] = turn + 1;
    const index = connection + floodConnections * (turn % 10);
    const account = senders[index];
    if (account === undefined) throw new Error(`flood: no account ${index}`);
    return sign(net.network.chainId, {
      ...{ account, accountNumber: ownAccounts + BigInt(index) },
      sequence: BigInt(Math.floor(turn / 10)),
      messages: [sendMessage(account.address, senders[0]?.address ?? "")],
    });
  };
  const flood = new Flood(net.rpc[1] ?? "", floodConnections, next, floodPauseMs);
  const flooded = await blocksOf(client).finally(() => flood.stop());
  const params = { tasks, sends: flood.accepted };
  for (const [what, values] of [
    ["calm", calm],
    ["beside a hundred sends a second", flooded],
  ] as const) {
    report({
      ...{ id: "G13", what: `request to last reveal, N = 1, ${what}, p50 / p99 / most` },
      value: [percentile(values, 0.5), percentile(values, 0.99), Math.max(...values)],
      ...{ unit: "blocks", params, beside: true },
    });
  }
}

async function blocksOf(client: AssayClient): Promise<number[]> {
  const blocks: number[] = [];
  for (let i = 0; i < tasks; i++) blocks.push(await run(client, i, 1));
  return blocks;
}

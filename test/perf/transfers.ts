import path from "node:path";
import { report, root } from "./harness.ts";
import { loadAccounts, push, signSends, type LoadResult } from "./load.ts";
import { loadChainId, startAssay, startSkeleton, type RunningNode } from "./node.ts";

const connections = 64;

/** Bank sends per second through CometBFT's RPC: ours, and the skeleton with the same bytes in the same run. */
export async function transfers(comet: string, count: number): Promise<void> {
  const accounts = loadAccounts(Math.min(2_000, count), "assay");
  const rounds = Math.ceil(count / accounts.length);
  const sends = signSends({
    accounts,
    rounds,
    chainId: loadChainId,
    denom: "uassay",
    fee: 200n,
    gas: 200_000n,
    firstAccountNumber: 0,
  });
  const ours = await measure("transfers", "Assay", () => startAssay(comet, accounts), sends);
  const peer = path.join(root, "test/perf/peer");
  const skeleton = await measure(
    "transfers",
    "skeleton, signatures and events",
    () => startSkeleton(comet, peer, ["sig", "events"]),
    sends,
  );
  report({
    id: "G2",
    what: "Assay / skeleton, committed tx/s",
    unit: "ratio",
    value: ours.txPerSecond / skeleton.txPerSecond,
    params: { sends: sends.length },
  });
}

async function measure(
  id: string,
  what: string,
  start: () => Promise<RunningNode>,
  sends: readonly string[],
): Promise<LoadResult> {
  const node = await start();
  try {
    const result = await push(node.rpc, sends, connections, node.pids);
    const params = { sends: sends.length, blocks: result.blocks };
    report({ id, what: `${what}: committed`, unit: "tx/s", value: result.txPerSecond, params });
    report({
      id,
      what: `${what}: CPU of the app`,
      unit: "ms/tx",
      value: result.cpuMsPerTx[1] ?? NaN,
      params,
    });
    report({
      id,
      what: `${what}: CPU of CometBFT`,
      unit: "ms/tx",
      value: result.cpuMsPerTx[0] ?? NaN,
      params,
    });
    // Otherwise the figure is that of an error path.
    if (result.committed !== sends.length) {
      throw new Error(
        `${what}: expected ${sends.length} committed, got ${result.committed}, failed ${result.failed}, refused ${JSON.stringify(result.refused)}`,
      );
    }
    return result;
  } finally {
    await node.stop();
  }
}

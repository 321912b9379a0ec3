import path from "node:path";
import { buildGo, startGoChain, startKvstore } from "./goChain.ts";
import { report, root } from "./harness.ts";
import { loadAccounts, push, signSends, type LoadResult } from "./load.ts";
import { loadChainId, startAssay, startSkeleton, type RunningNode } from "./node.ts";

const connections = 64;

type Signed = { readonly sends: readonly string[]; readonly accounts: Accounts };
type Accounts = ReturnType<typeof loadAccounts>;

function signed(count: number, chain: "assay" | "cosmos"): Signed {
  const accounts = loadAccounts(Math.min(2_000, count), chain);
  const rounds = Math.ceil(count / accounts.length);
  const ours = chain === "assay";
  const sends = signSends({
    ...{ accounts, rounds, fee: 200n, gas: 200_000n },
    ...{ chainId: ours ? loadChainId : "peer-1", denom: ours ? "uassay" : "stake" },
    firstAccountNumber: ours ? 0 : 1,
  });
  return { accounts, sends };
}

/**
 * G1 and G2: bank sends through CometBFT's RPC, the same load one after the other: ours, the skeleton, and where there
 * is Go the Cosmos SDK chain and CometBFT's own kvstore, which tells what of the Go process is the engine.
 */
export async function transfers(comet: string, count: number): Promise<void> {
  const { accounts, sends } = signed(count, "assay");
  const ours = await measure("Assay", () => startAssay(comet, accounts), sends);
  const peer = path.join(root, "test/perf/peer");
  const skeleton = await measure(
    "skeleton, signatures and events",
    () => startSkeleton(comet, peer, ["sig", "events"]),
    sends,
  );
  const params = { sends: sends.length };
  const toSkeleton = ours.txPerSecond / skeleton.txPerSecond;
  report({
    ...{ id: "G2", what: "Assay / skeleton, committed tx/s", unit: "ratio", value: toSkeleton },
    ...{ params, bar: { asks: ">= 0.9", holds: toSkeleton >= 0.9 } },
  });
  const binary = buildGo("gochain", ".");
  if (binary === undefined) {
    process.stdout.write("  G1, G2     Go chain: not run, there is no Go\n");
    return;
  }
  const go = signed(count, "cosmos");
  const chain = await measure(
    "Cosmos SDK chain",
    () => startGoChain(binary, go.accounts),
    go.sends,
  );
  const values = go.sends.map((send, i) => kvstoreTx(i, send));
  const engine = await measure("CometBFT's kvstore", () => startKvstore(comet), values);
  const toGo = ours.txPerSecond / chain.txPerSecond;
  report({
    ...{ id: "G2", what: "Assay / Go chain, committed tx/s", unit: "ratio", value: toGo },
    ...{ params, bar: { asks: ">= 1.9", holds: toGo >= 1.9 } },
  });
  const goApp = (chain.cpuMsPerTx[0] ?? NaN) - (engine.cpuMsPerTx[0] ?? NaN);
  const cpu = (ours.cpuMsPerTx[1] ?? NaN) / goApp;
  report({
    ...{ id: "G1", what: "app CPU of a send, Assay / Go chain", unit: "ratio", value: cpu },
    ...{
      params: { ...params, goMs: goApp.toFixed(3) },
      bar: { asks: "<= 1/3", holds: cpu <= 1 / 3 },
    },
  });
}

/** The kvstore takes key=value: as many bytes as the send has. */
function kvstoreTx(i: number, send: string): string {
  const size = Buffer.from(send, "base64").length;
  return Buffer.from(`k${i}=`.padEnd(size, "v")).toString("base64");
}

async function measure(
  what: string,
  start: () => Promise<RunningNode>,
  sends: readonly string[],
): Promise<LoadResult> {
  const node = await start();
  try {
    const result = await push(node.rpc, sends, connections, node.pids);
    const params = { sends: sends.length, blocks: result.blocks };
    const row = { id: "transfers", params };
    report({ ...row, what: `${what}: committed`, unit: "tx/s", value: result.txPerSecond });
    const names = node.pids.length === 1 ? ["the process"] : ["CometBFT", "the app"];
    for (const [i, name] of names.entries()) {
      const value = result.cpuMsPerTx[i] ?? NaN;
      report({ ...row, what: `${what}: CPU of ${name}`, unit: "ms/tx", value });
    }
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

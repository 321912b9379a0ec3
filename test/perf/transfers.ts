import path from "node:path";
import { engineEnv } from "../../cli/supervise/engine.ts";
import { buildGo, startGoChain, startKvstore } from "./goChain.ts";
import { report, root, spread } from "./harness.ts";
import { loadAccounts, push, signSends, type LoadResult } from "./load.ts";
import { loadChainId, startAssay, startSkeleton, type RunningNode } from "./node.ts";

const connections = 64;
/** PERFORMANCE 9: before the clock starts, on every side. */
const warmUp = 10_000;

type Signed = { readonly sends: readonly string[]; readonly accounts: Accounts };
type Accounts = ReturnType<typeof loadAccounts>;

function signed(count: number, chain: "assay" | "cosmos"): Signed {
  const accounts = loadAccounts(Math.min(2_000, count), chain);
  const rounds = Math.ceil((warmUp + count) / accounts.length);
  const ours = chain === "assay";
  const sends = signSends({
    ...{ accounts, rounds, fee: 200n, gas: 200_000n },
    ...{ chainId: ours ? loadChainId : "peer-1", denom: ours ? "uassay" : "stake" },
    firstAccountNumber: ours ? 0 : 1,
  });
  return { accounts, sends };
}

/**
 * G1 and G2: bank sends through CometBFT's RPC, the same load in turns: ours, the skeleton, and where there is Go the
 * Cosmos SDK chain and CometBFT's own kvstore, which tells what of the Go process is the engine.
 */
export async function transfers(comet: string, count: number, rounds: number): Promise<void> {
  const own = signed(count, "assay");
  const go = signed(count, "cosmos");
  const values = go.sends.map((send, i) => kvstoreTx(i, send));
  const peer = path.join(root, "test/perf/peer");
  const binary = buildGo("gochain", ".");
  const toSkeleton: number[] = [];
  const toSkeletonAsGiven: number[] = [];
  const toGo: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await measure("Assay", () => startAssay(comet, own.accounts), own.sends);
    const against = async (what: string, env: NodeJS.ProcessEnv): Promise<number> => {
      const start = (): Promise<RunningNode> => startSkeleton(comet, peer, ["sig", "events"], env);
      const skeleton = await measure(`skeleton, signatures and events${what}`, start, own.sends);
      return ours.txPerSecond / skeleton.txPerSecond;
    };
    toSkeletonAsGiven.push(await against("", {}));
    toSkeleton.push(await against(", our GOMAXPROCS", engineEnv()));
    if (binary === undefined) continue;
    const chain = await measure(
      "Cosmos SDK chain",
      () => startGoChain(binary, go.accounts),
      go.sends,
    );
    const engine = await measure("CometBFT's kvstore", () => startKvstore(comet), values);
    toGo.push(ours.txPerSecond / chain.txPerSecond);
    const goApp = (chain.cpuMsPerTx[0] ?? NaN) - (engine.cpuMsPerTx[0] ?? NaN);
    cpu.push((ours.cpuMsPerTx[1] ?? NaN) / goApp);
  }
  const params = { sends: count, warmUp };
  const ratio = (
    id: string,
    what: string,
    values: readonly number[],
    asks: string,
    holds: (median: number) => boolean,
  ): void => {
    const value = spread(values);
    const bar = { asks, holds: holds(value[1]) };
    report({ id, what, unit: "ratio", value, rounds: values.length, params, bar });
  };
  const enough = (is: number): boolean => is >= 0.9;
  ratio("G2", "Assay / skeleton, committed tx/s", toSkeletonAsGiven, ">= 0.9", enough);
  const alike = "Assay / skeleton with Assay's GOMAXPROCS, committed tx/s";
  ratio("G2", alike, toSkeleton, ">= 0.9", enough);
  if (binary === undefined) {
    process.stdout.write("  G1, G2     Go chain: not run, there is no Go\n");
    return;
  }
  ratio("G2", "Assay / Go chain, committed tx/s", toGo, ">= 1.9", (is) => is >= 1.9);
  ratio("G1", "app CPU of a send, Assay / Go chain", cpu, "<= 1/3", (is) => is <= 1 / 3);
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
    const load = async (part: readonly string[]): Promise<LoadResult> =>
      committedAll(what, part.length, await push(node.rpc, part, connections, node.pids));
    await load(sends.slice(0, warmUp));
    const result = await load(sends.slice(warmUp));
    const params = { sends: sends.length - warmUp, blocks: result.blocks };
    const row = { id: "transfers", params };
    report({ ...row, what: `${what}: committed`, unit: "tx/s", value: result.txPerSecond });
    const names = node.pids.length === 1 ? ["the process"] : ["CometBFT", "the app"];
    for (const [i, name] of names.entries()) {
      const value = result.cpuMsPerTx[i] ?? NaN;
      report({ ...row, what: `${what}: CPU of ${name}`, unit: "ms/tx", value });
    }
    return result;
  } finally {
    await node.stop();
  }
}

/** Otherwise the figure is that of an error path. */
function committedAll(what: string, count: number, result: LoadResult): LoadResult {
  const { committed, failed, refused } = result;
  if (committed === count) return result;
  throw new Error(
    `${what}: expected ${count} committed, got ${committed}, failed ${failed}, refused ${JSON.stringify(refused)}`,
  );
}

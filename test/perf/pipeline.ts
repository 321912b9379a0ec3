import { report } from "./harness.ts";
import { loadAccounts, signSends } from "./load.ts";
import { assayHome, loadChainId } from "./node.ts";
import { costsOfProcess, profiledInto } from "./profile.ts";
import { Replayer } from "./replayer.ts";

/** What a bank send costs the app alone, step by step, over its socket. `profile`: a folder for --cpu-prof. */
export async function pipeline(comet: string, count: number, profile?: string): Promise<void> {
  const cpu = await sendAll(comet, count, profile === undefined ? [] : profiledInto(profile));
  for (const [step, seconds] of Object.entries(cpu)) {
    report({
      ...{ id: "pipeline", what: `app CPU of a send: ${step}`, unit: "µs/tx" },
      ...{ value: (seconds * 1e6) / count, params: { sends: count } },
    });
  }
}

/** Where the app's time goes. */
export async function sendCosts(comet: string): Promise<void> {
  await costsOfProcess("G1", "a send in the app's main thread", (nodeArgs) =>
    sendAll(comet, 10_000, nodeArgs),
  );
}

async function sendAll(
  comet: string,
  count: number,
  nodeArgs: readonly string[],
): Promise<Record<string, number>> {
  const accounts = loadAccounts(Math.min(2_000, count), "assay");
  const rounds = Math.ceil(count / accounts.length);
  const sends = signSends({
    ...{ accounts, rounds, chainId: loadChainId, denom: "uassay" },
    ...{ fee: 200n, gas: 200_000n, firstAccountNumber: 0 },
  }).map((tx) => Buffer.from(tx, "base64"));
  const { home } = await assayHome(comet, accounts, "pipeline");
  const app = await Replayer.start(home, nodeArgs);
  try {
    await app.block([]);
    const cpu = { check: 0, recheck: 0, propose: 0, block: 0 };
    const timed = async <T>(step: keyof typeof cpu, run: () => Promise<T>): Promise<T> => {
      const before = app.cpuSeconds;
      const result = await run();
      cpu[step] += app.cpuSeconds - before;
      return result;
    };
    const size = accounts.length;
    const roundOf = (round: number): Buffer[] => sends.slice(round * size, (round + 1) * size);
    await timed("check", () => app.check(roundOf(0)));
    for (let round = 0; round < rounds; round++) {
      const txs = roundOf(round);
      const waiting = roundOf(round + 1);
      await timed("check", () => app.check(waiting));
      const chosen = await timed("propose", () => app.propose(txs));
      if (chosen.length !== txs.length)
        throw new Error(`proposed ${chosen.length} of ${txs.length}`);
      await timed("block", () => app.block(chosen));
      await timed("recheck", () => app.check(waiting, 1));
    }
    return cpu;
  } finally {
    await app.stop();
  }
}

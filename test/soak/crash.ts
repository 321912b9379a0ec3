import { killPoints } from "../../app/killPoint.ts";
import { CometRole, type Death } from "../support/cometRole.ts";
import { foreignFiles, judgeAll, recordTrace, twinHashes } from "../support/crashTrace.ts";
import { seededRandom } from "../support/seededRandom.ts";

export type CrashSoak = {
  readonly seed: number;
  /** As Date.now() says it: the round in hand is finished, no other begins. */
  readonly until: number;
};

const blocks = 60n;
const killsOfARound = 20;
const livesOfAChain = 200;

/**
 * Rounds of power-cut states over traces of ever new seeds, and of kills of real app processes at named points
 * and at random; throws at the first state or life that is not as it must be, naming its seed.
 */
export async function soakCrash({ seed, until }: CrashSoak): Promise<Record<string, number>> {
  const counts = { "crash rounds": 0, "crash states": 0, "app kills": 0 };
  const foreign = foreignFiles();
  const hashes = twinHashes(blocks + 1n);
  let comet: CometRole | undefined;
  try {
    for (; Date.now() < until; counts["crash rounds"]++) {
      const own = seed + counts["crash rounds"];
      const random = seededRandom(own);
      const trace = await recordTrace(blocks, random);
      counts["crash states"] += judgeAll(trace, hashes, foreign, random, 6).states;
      // A chain of its own now and then: the twin keeps every block in memory.
      if (counts["app kills"] % livesOfAChain === 0) {
        comet?.remove();
        comet = new CometRole(random);
      }
      for (let i = 0; i < killsOfARound && comet !== undefined && Date.now() < until; i++) {
        const { killed } = await comet.live(deathOf(random), comet.promised + 40n);
        if (killed) counts["app kills"]++;
      }
    }
  } catch (error) {
    const at = `soakCrash seed ${seed + counts["crash rounds"]}`;
    throw new Error(`${at}: ${String(error)}`, { cause: error });
  } finally {
    comet?.remove();
  }
  return counts;
}

function deathOf(random: (below: number) => number): Death {
  if (random(2) === 0) return { kind: "request", count: 1 + random(40), afterMs: random(4) };
  // Only a chain without a block passes InitChain.
  const usual = killPoints.filter((point) => point !== "init.after");
  const point = usual[random(usual.length)] ?? "commit.before";
  return { kind: "point", spec: `${point}:${point.startsWith("start.") ? 1 : 1 + random(3)}` };
}

import { killPoints } from "../../app/killPoint.ts";
import { CometRole, type Death } from "../support/cometRole.ts";
import { foreignFiles, judgeAll, recordTrace, twinHashes } from "../support/crashTrace.ts";
import { seededRandom } from "../support/seededRandom.ts";
import type { Batch } from "./results.ts";

const blocks = 60n;
const killsOfARound = 20;

/**
 * Rounds of power-cut states over traces of ever new seeds, and of kills of real app processes at named points
 * and at random, until `until` (Date.now): the round in hand is finished, no other begins.
 */
export async function crashBatch(seed: number, until: number): Promise<Batch> {
  const counts = { "crash states": 0, "app kills": 0 };
  const failures: string[] = [];
  const foreign = await foreignFiles();
  const hashes = twinHashes(blocks + 1n);
  let comet: CometRole | undefined;
  let own = seed;
  try {
    for (; Date.now() < until; own++) {
      const random = seededRandom(own);
      const trace = await recordTrace(blocks, random);
      counts["crash states"] += judgeAll(trace, hashes, foreign, random, 6).states;
      comet ??= new CometRole(random);
      for (let i = 0; i < killsOfARound && Date.now() < until; i++) {
        const { killed } = await comet.live(deathOf(random), comet.promised + 40n);
        if (killed) counts["app kills"]++;
      }
    }
  } catch (error) {
    failures.push(`crash seed ${own} of a batch from ${seed}: ${String(error)}`);
    own++;
  } finally {
    comet?.remove();
  }
  return { seeds: own - seed, counts, failures };
}

function deathOf(random: (below: number) => number): Death {
  if (random(2) === 0) return { kind: "request", count: 1 + random(40), afterMs: random(4) };
  // Only a chain without a block passes InitChain.
  const usual = killPoints.filter((point) => point !== "init.after");
  const point = usual[random(usual.length)] ?? "commit.before";
  return { kind: "point", spec: `${point}:${point.startsWith("start.") ? 1 : 1 + random(3)}` };
}

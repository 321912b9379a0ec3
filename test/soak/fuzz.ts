import { fuzz, type Target } from "../fuzz/harness.ts";
import { answersTarget } from "../fuzz/targets/abciAnswers.ts";
import { framesTarget } from "../fuzz/targets/abciFrames.ts";
import { queriesTarget, simulateTarget } from "../fuzz/targets/chain.ts";
import { genesisTarget } from "../fuzz/targets/genesis.ts";
import { jsonTarget } from "../fuzz/targets/json.ts";
import { manifestTarget } from "../fuzz/targets/manifest.ts";
import { messageTargets } from "../fuzz/targets/messages.ts";
import { peerSnapshotsTarget } from "../fuzz/targets/peerSnapshots.ts";
import { proofsTarget } from "../fuzz/targets/proofs.ts";
import { recordsTarget } from "../fuzz/targets/records.ts";
import { requestsTarget } from "../fuzz/targets/requests.ts";
import { rpcTarget } from "../fuzz/targets/rpcAnswers.ts";
import { blsPointsTarget, blsTarget, secp256k1Target } from "../fuzz/targets/signatures.ts";
import { snapshotsTarget } from "../fuzz/targets/snapshots.ts";
import { addressesTarget, numbersTarget } from "../fuzz/targets/texts.ts";
import { txTarget } from "../fuzz/targets/tx.ts";
import type { Batch, Counts } from "./results.ts";

export function fuzzTargets(): Target[] {
  return [
    ...[txTarget, framesTarget, requestsTarget, recordsTarget, snapshotsTarget, proofsTarget],
    ...[peerSnapshotsTarget, answersTarget],
    ...[queriesTarget, simulateTarget, genesisTarget, manifestTarget, rpcTarget, jsonTarget],
    ...[addressesTarget, numbersTarget, secp256k1Target, blsPointsTarget, blsTarget],
    ...messageTargets(),
  ];
}

/** Round after round over all targets with other seeds until it is `until` (Date.now). */
export async function fuzzBatch(seed: number, until: number): Promise<Batch> {
  const counts: Counts = {};
  const failures: string[] = [];
  const over = (): boolean => Date.now() >= until;
  let own = seed;
  for (; !over() && failures.length === 0; own++) {
    for (const target of fuzzTargets()) {
      if (over()) break;
      try {
        const { inputs } = await fuzz(target, { seed: own, until: over });
        counts[target.name] = (counts[target.name] ?? 0) + inputs;
        counts["fuzz inputs"] = (counts["fuzz inputs"] ?? 0) + inputs;
      } catch (error) {
        failures.push(`fuzz seed ${own} target ${target.name}: ${String(error)}`);
      }
    }
  }
  return { seeds: own - seed, counts, failures };
}

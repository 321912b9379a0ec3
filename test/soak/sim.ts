import { diskHabits, habits, Simulation } from "../sim/simulation.ts";
import type { Batch, Counts } from "./results.ts";

const runs = 10;
const blocksOfARun = 1_000;

/** Ten simulations of 1,000 blocks, one of them with replicas on a disk. */
export async function simBatch(seed: number): Promise<Batch> {
  const failures: string[] = [];
  const counts: Counts = {};
  const add = (name: string, count: number): void => {
    counts[name] = (counts[name] ?? 0) + count;
  };
  for (let i = 0; i < runs; i++) {
    const disk = i === 0;
    const simulation = new Simulation({ seed: seed + i, blocks: blocksOfARun, disk });
    try {
      await simulation.run();
    } catch (error) {
      failures.push(`seed ${seed + i} height ${simulation.net.height}: ${String(error)}`);
    }
    const { tallies, blocks } = simulation.facts;
    const replicas = habits.length + (disk ? [diskHabits].length : 0);
    const all = { ...tallies.toJSON(), blocks, "replica blocks": blocks * replicas };
    for (const [name, count] of Object.entries(all)) {
      add(name, count);
      if (name.startsWith("fault: ")) add("faults", count);
    }
  }
  return { seeds: runs, counts, failures };
}

// `npm run soak`: runs that are too long for CI, until the goals of docs/THREATS.md 7.1 are reached.
import { patchNames, plant } from "../planted/plant.ts";
import { crashBatch } from "./crash.ts";
import { fuzzBatch } from "./fuzz.ts";
import { soakOptions } from "./options.ts";
import { about, Totals, write, type Batch } from "./results.ts";
import { simBatch } from "./sim.ts";

type Part = {
  readonly run: (seed: number, until: number) => Promise<Batch>;
  /** The count that the goal is about. */
  readonly of: string;
  readonly goal: number;
};

const batchMs = 300_000;
const blocksOfAPlantedBug = 4_000;

async function runPlanted(seed: number, only: readonly string[]): Promise<void> {
  let missed = 0;
  const names = patchNames().filter((name) => only.some((text) => name.includes(text)));
  for (const name of names) {
    const { found, by, blocks, seconds, text } = await plant(name, seed, blocksOfAPlantedBug);
    if (!found) missed += 1;
    const how = found ? `${by} after ${blocks} blocks` : "NOT FOUND";
    console.log(
      `  ${found ? "ok  " : "FAIL"}  ${name.padEnd(36)} ${how}   ${seconds} s   ${text.slice(0, 120)}`,
    );
    write("planted", { seed, name, found, by, blocks, seconds, text });
  }
  console.log(`  ${names.length - missed} of ${names.length} planted bugs found`);
  if (missed > 0) process.exitCode = 1;
}

const shown = (count: number): string => count.toLocaleString("en-US");

/** The seed of the next batch. */
async function runBatch(name: string, part: Part, seed: number): Promise<number> {
  const startedAt = Date.now();
  const until = Math.min(startedAt + batchMs, endsAt);
  const { seeds, counts, failures } = await part.run(seed, until);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const batch = { part: name, seed, seeds, counts, failures };
  write(name, { ...batch, seconds });
  totals.add(batch);
  const done = `${shown(totals.of(part.of))} of ${shown(part.goal)} ${part.of}`;
  console.log(
    `  ${name.padEnd(6)} seeds ${seed}..${seed + seeds - 1}   ${done}   ${failures.length} failures   ${seconds} s`,
  );
  for (const failure of failures) console.log(`         ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
  return seed + seeds;
}

const options = soakOptions();
const endsAt = Date.now() + options.hours * 3_600_000;
const parts: Readonly<Record<string, Part>> = {
  sim: { run: simBatch, of: "blocks", goal: options.blocks },
  crash: { run: crashBatch, of: "app kills", goal: options.kills },
  fuzz: { run: fuzzBatch, of: "fuzz inputs", goal: options.inputs },
};
console.log(`soak   ${about.git}   consensus code ${about.consensus}   node ${about.node}`);
const totals = Totals.read();
const seeds = new Map<string, number>();
for (;;) {
  const unfinished = options.only.flatMap((name) => {
    const part = parts[name];
    return part !== undefined && totals.of(part.of) < part.goal ? [[name, part] as const] : [];
  });
  if (unfinished.length === 0 || Date.now() >= endsAt) break;
  for (const [name, part] of unfinished) {
    if (Date.now() >= endsAt) break;
    const seed = seeds.get(name) ?? options.seed ?? totals.nextSeed(name);
    seeds.set(name, await runBatch(name, part, seed));
  }
}
for (const [name, part] of Object.entries(parts))
  console.log(`  ${name.padEnd(6)} ${shown(totals.of(part.of))} of ${shown(part.goal)} ${part.of}`);
console.log(`  ${totals.failures} failures   facts: test/soak/results.jsonl`);
if (options.only.includes("planted")) await runPlanted(options.seed ?? 1, options.patches ?? [""]);

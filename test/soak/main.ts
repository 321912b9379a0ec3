// `npm run soak -- [--hours H] [--seed S] [--planted [--only TEXT,TEXT]]`: runs that are too long for CI, one JSON line of facts a batch
// in test/soak/results.jsonl. Other parts bring their own: a file of this folder that exports soak<Name>.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compareAscii } from "../../core/bytes.ts";
import { patchNames, plant } from "../planted/plant.ts";
import { diskHabits, habits, Simulation } from "../sim/simulation.ts";

const root = join(import.meta.dirname, "../../..");
const results = join(root, "test/soak/results.jsonl");
const consensusFolders = ["core", "modules", "app", "proto/gen"];
const runsPerBatch = 10;
const blocksPerRun = 1_000;

type Counts = Record<string, number>;
type Part = (options: { seed: number; until: number }) => Promise<Counts>;

function optionsOf(args: readonly string[]): {
  hours: number;
  seed: number;
  planted: boolean;
  only: string;
} {
  const valueOf = (name: string, otherwise: number): number => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const known = ["--hours", "--seed", "--planted", "--only"];
  const at = args.indexOf("--only");
  const only = at < 0 ? "" : (args[at + 1] ?? "");
  const unknown = args.find((arg) => arg.startsWith("--") && !known.includes(arg));
  const hours = valueOf("--hours", 1);
  const seed = valueOf("--seed", 1);
  if (unknown !== undefined || !(hours > 0) || !Number.isSafeInteger(seed))
    throw new Error("expected --hours H, --seed S, --planted [--only TEXT]");
  return { hours, seed, planted: args.includes("--planted"), only };
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareAscii);
}

/** Facts of two of these are never added up: they are about different chains. */
function consensusHash(): string {
  const hash = createHash("sha256");
  for (const file of consensusFolders.flatMap(filesUnder))
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "none";
  }
}

const about = {
  git: commit(),
  consensus: consensusHash(),
  node: process.version,
};

/** Append-only: a failure stays. */
function write(part: string, facts: object): void {
  const line = { at: new Date().toISOString(), part, ...about, ...facts };
  appendFileSync(results, `${JSON.stringify(line)}\n`);
}

async function soakSim(seed: number): Promise<void> {
  const startedAt = performance.now();
  const failures: string[] = [];
  const counts: Counts = {};
  for (let i = 0; i < runsPerBatch; i++) {
    const disk = i === 0;
    const simulation = new Simulation({ seed: seed + i, blocks: blocksPerRun, disk });
    try {
      await simulation.run();
    } catch (error) {
      failures.push(`seed ${seed + i} height ${simulation.net.height}: ${String(error)}`);
    }
    const { tallies, blocks } = simulation.facts;
    const replicas = habits.length + (disk ? [diskHabits].length : 0);
    const all = { ...tallies.toJSON(), blocks, "replica blocks": blocks * replicas };
    for (const [name, count] of Object.entries(all)) counts[name] = (counts[name] ?? 0) + count;
  }
  const of = (prefix: string): Counts =>
    Object.fromEntries(
      Object.entries(counts)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, count]) => [name.slice(prefix.length), count]),
    );
  const { blocks, txs, tasks, healed } = counts;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const faults = of("fault: ");
  write("sim", { seed, runs: runsPerBatch, blocks, txs, tasks, healed, seconds, faults, failures });
  const sum = Object.values(faults).reduce((total, count) => total + count, 0);
  console.log(
    `  sim     seeds ${seed}..${seed + runsPerBatch - 1}   ${blocks} blocks   ${txs} txs   ${sum} faults   ${failures.length} failures   ${seconds} s`,
  );
  for (const failure of failures) console.log(`          ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

/** What other parts of the tests bring, when they are there. */
async function otherParts(): Promise<(readonly [string, Part])[]> {
  const found: (readonly [string, Part])[] = [];
  for (const name of readdirSync(import.meta.dirname).sort(compareAscii)) {
    if (!/^\w+\.(js|ts)$/.test(name) || name.startsWith("main.")) continue;
    const exported = (await import(join(import.meta.dirname, name))) as Record<string, unknown>;
    for (const [part, run] of Object.entries(exported))
      if (part.startsWith("soak") && typeof run === "function") found.push([part, run as Part]);
  }
  return found;
}

async function soakPlanted(seed: number, only: string): Promise<void> {
  let missed = 0;
  const names = patchNames().filter((name) => only.split(",").some((text) => name.includes(text)));
  for (const name of names) {
    const { found, by, blocks, seconds, text } = await plant(name, seed, 4_000);
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

const options = optionsOf(process.argv.slice(2));
console.log(`soak   ${about.git}   consensus code ${about.consensus}   node ${about.node}`);
if (options.planted) {
  await soakPlanted(options.seed, options.only);
} else {
  const until = Date.now() + options.hours * 3_600_000;
  const parts = await otherParts();
  for (let seed = options.seed; Date.now() < until; seed += runsPerBatch) {
    await soakSim(seed);
    for (const [part, run] of parts) {
      const share = Math.min(until, Date.now() + 300_000);
      if (Date.now() < until) write(part, await run({ seed, until: share }));
    }
  }
  if (existsSync(results)) console.log(`  facts   test/soak/results.jsonl`);
}

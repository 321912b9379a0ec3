import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compareAscii } from "../../core/bytes.ts";

const root = join(import.meta.dirname, "../../..");
const results = join(root, "test/soak/results.jsonl");
const consensusFolders = ["core", "modules", "app", "proto/gen"];

/** What a batch tried, by name. */
export type Counts = Record<string, number>;

export type Batch = {
  /** How many from the first on it used. */
  readonly seeds: number;
  readonly counts: Counts;
  readonly failures: readonly string[];
};

type Line = Partial<Batch> & {
  /** What a failure came to be, added by hand when it was understood. */
  readonly explained?: string;
  readonly part: string;
  readonly consensus: string;
  readonly seed: number;
};

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareAscii);
}

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

export const about = { git: commit(), consensus: consensusHash(), node: process.version };

/** Append-only: a failure stays. */
export function write(part: string, facts: object): void {
  const line = { at: new Date().toISOString(), part, ...about, ...facts };
  appendFileSync(results, `${JSON.stringify(line)}\n`);
}

/** Totals of the soak as a sentence; undefined where this consensus code was never soaked. */
export function soaked(): string | undefined {
  const totals = Totals.read();
  const counts = ["blocks", "faults", "app kills", "crash states", "fuzz inputs"]
    .filter((name) => totals.of(name) > 0)
    .map((name) => `${totals.of(name).toLocaleString("en-US")} ${name}`);
  if (counts.length === 0) return undefined;
  return `Soak of this consensus code (\`${about.consensus}\`): ${counts.join(", ")}; ${totals.failures} failures${totals.explained.map((text) => ` (${text})`).join("")}.`;
}

/** What this consensus code has been through; facts of another are about another chain and never added. */
export class Totals {
  readonly counts: Counts = {};
  failures = 0;
  readonly explained: string[] = [];
  readonly #nextSeed = new Map<string, number>();

  static read(): Totals {
    const totals = new Totals();
    const lines = readFileSync(results, "utf8").split("\n").filter(Boolean);
    for (const line of lines.map((text) => JSON.parse(text) as Line))
      if (line.consensus === about.consensus) totals.add(line);
    return totals;
  }

  add(line: Omit<Line, "consensus">): void {
    const { part, seed, seeds = 0, counts = {}, failures = [], explained } = line;
    for (const [name, count] of Object.entries(counts))
      this.counts[name] = (this.counts[name] ?? 0) + count;
    this.failures += failures.length;
    if (explained !== undefined) this.explained.push(explained);
    this.#nextSeed.set(part, Math.max(this.nextSeed(part), seed + seeds));
  }

  /** The first that no batch of this part has used. */
  nextSeed(part: string): number {
    return this.#nextSeed.get(part) ?? 1;
  }

  of(name: string): number {
    return this.counts[name] ?? 0;
  }
}

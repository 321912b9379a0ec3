import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { treeHasherName } from "../../app/crypto/treeHasher.ts";

/** The repository, also when this file runs from dist/. */
export const root = path
  .resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")
  .replace(/\/dist$/, "");

/** Where runs leave their homes; ignored by git. */
export const scratch = path.join(root, "test/perf/.data");

export type Figure = {
  /** Id of PERFORMANCE.md 8, or a name of ours. */
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly value: number | readonly [min: number, median: number, max: number];
  /** What `value` is the spread of. */
  readonly rounds?: number;
  readonly params?: Readonly<Record<string, string | number>>;
  /** Of a goal: what it asks, and whether this figure reaches it; a missed one is reported as missed. */
  readonly bar?: { readonly asks: string; readonly holds: boolean };
  /** Why it says nothing about the bar. */
  readonly noResult?: string;
  /** Without a bar, and printed beside those that have one. */
  readonly beside?: true;
};

/** A figure as it is stored, with where and when it was taken. */
export type Line = Figure & {
  readonly revision: string;
  readonly date: string;
  readonly load: number;
  readonly cpu?: string;
};

const results = path.join(root, "test/perf/results.jsonl");

export function storedLines(): Line[] {
  const lines = fs.readFileSync(results, "utf8").split("\n").filter(Boolean);
  return lines.map((text) => JSON.parse(text) as Line);
}

/** What tells apart two figures of one goal: the sizes, not what was measured beside. */
export function sizesOf({ params = {} }: Figure): string {
  return ["N", "keys", "nodes", "down", "accounts", "sends", "tasks", "minutes"]
    .map((name) => params[name] ?? "")
    .join("/");
}

const medianOf = ({ value }: Figure): number => (typeof value === "number" ? value : value[1]);
/** Machines differ by less from one hour to the next. */
const farWorse = 3;

/** How many times worse than the last of its kind on such a machine; of figures with a bar, which says what is better. */
function timesWorse(figure: Figure, cpu: string): number | undefined {
  const { id, what, bar } = figure;
  const sizes = sizesOf(figure);
  const last = storedLines().findLast(
    (line) => line.id === id && line.what === what && sizesOf(line) === sizes && line.cpu === cpu,
  );
  if (bar === undefined || last === undefined) return undefined;
  const times = medianOf(figure) / medianOf(last);
  return bar.asks.includes(">") ? 1 / times : times;
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** Prints a row and appends it to results.jsonl: append-only, a bad day stays. */
export function report(figure: Figure): void {
  const value = Array.isArray(figure.value)
    ? figure.value.map(round).join(" / ")
    : String(round(figure.value as number));
  const params = Object.entries(figure.params ?? {}).map(([name, one]) => `${name} ${one}`);
  process.stdout.write(
    `  ${figure.id.padEnd(10)} ${figure.what.padEnd(46)} ${value.padStart(18)} ${figure.unit.padEnd(10)} ${params.join(", ")}${verdictOf(figure)}\n`,
  );
  const cpu = os.cpus()[0]?.model ?? "";
  const worse = timesWorse(figure, cpu);
  if (worse !== undefined && worse >= farWorse) {
    process.exitCode = 1;
    process.stdout.write(`  FAIL       ${round(worse)} times worse than the last one stored\n`);
  }
  const line = {
    ...figure,
    revision: git("rev-parse", "--short", "HEAD"),
    dirty: git("status", "--porcelain") !== "",
    date: new Date().toISOString(),
    node: process.version,
    cpus: os.cpus().length,
    cpu,
    openssl: process.versions.openssl,
    ...{ hasher: treeHasherName(), verifier: "secp256k1 native" },
    load: os.loadavg()[0],
  };
  fs.appendFileSync(results, `${JSON.stringify(line)}\n`);
}

/** PERFORMANCE 9: what rounds say that are further apart is no result. */
const widest = 2;

export function verdictOf(figure: Figure): string {
  const { bar } = figure;
  if (bar === undefined) return "";
  return `   bar ${bar.asks}: ${noResultOf(figure) ?? (bar.holds ? "holds" : "MISSED")}`;
}

/** "no result" and why, where the figure is none. */
export function noResultOf({ noResult, rounds, value }: Figure): string | undefined {
  if (noResult !== undefined) return `no result: ${noResult}`;
  if (rounds === undefined || !Array.isArray(value)) return undefined;
  const [least, , most] = value as [number, number, number];
  const times = round(most / least);
  return most > widest * least ? `no result: rounds differ by ${times}, repeat` : undefined;
}

export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function spread(values: readonly number[]): readonly [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >>> 1] ?? NaN;
  const lower = sorted[(sorted.length - 1) >>> 1] ?? NaN;
  return [sorted[0] ?? NaN, (lower + upper) / 2, sorted.at(-1) ?? NaN];
}

/** The smallest value that so large a share of all does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN;
}

/** Seconds of CPU time, user and system, that a process has used; 0 where the system does not tell. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

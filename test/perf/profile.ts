import fs from "node:fs";
import { Session } from "node:inspector/promises";
import os from "node:os";
import path from "node:path";
import { report } from "./harness.ts";

type Node = {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
};
type CpuProfile = {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

type Cost = { readonly what: string; readonly share: number };

const shown = 3;
export const largestCosts = "largest costs of";

function placeOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const file = url.split("/dist/").at(-1)?.split("/node_modules/").at(-1) ?? "";
  return file === "" ? functionName : `${functionName} (${file}:${lineNumber + 1})`;
}

/** Waiting, and the profiler's own call. */
const notRun = ["(idle)", "dispatch"];

/** Functions by their own time, largest first; what waited is left out. */
function largest({ nodes, samples, timeDeltas }: CpuProfile): Cost[] {
  const places = new Map(nodes.map((node) => [node.id, placeOf(node)]));
  const own = new Map<string, number>();
  for (const [i, sample] of samples.entries()) {
    const what = places.get(sample) ?? "";
    if (!notRun.includes(what)) own.set(what, (own.get(what) ?? 0) + (timeDeltas[i] ?? 0));
  }
  const total = [...own.values()].reduce((sum, time) => sum + time, 0);
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([what, time]) => ({ what, share: time / total }));
}

function reportCosts(id: string, of: string, profile: CpuProfile): void {
  const costs = largest(profile);
  const params = Object.fromEntries(
    costs.map(({ what, share }) => [what, `${Math.round(share * 100)} %`]),
  );
  const value = costs.reduce((sum, { share }) => sum + share * 100, 0);
  report({ id, what: `${largestCosts} ${of}`, unit: "%", value, params });
}

export const profiledInto = (folder: string): string[] => [
  "--cpu-prof",
  `--cpu-prof-dir=${folder}`,
];

/**
 * What a process spends its time on that `run` starts with these flags of Node; its workers only wait and have smaller
 * profiles. A run of its own, because the profile slows what it looks at.
 */
export async function costsOfProcess(
  id: string,
  of: string,
  run: (nodeArgs: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-profile-"));
  try {
    await run(profiledInto(folder));
    const files = fs.readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
    const sizes = files.map((name) => fs.statSync(path.join(folder, name)).size);
    const file = files[sizes.indexOf(Math.max(...sizes))];
    if (file === undefined) throw new Error(`${folder}: expected a .cpuprofile, got none`);
    reportCosts(id, of, JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as CpuProfile);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** What this process spends its time on while `run` runs. */
export async function costsOf(id: string, of: string, run: () => void): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  run();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  reportCosts(id, of, profile as CpuProfile);
}

import { join } from "node:path";
import { output } from "./version.ts";

const NEEDED = [1, 22, 11] as const;
const FETCHES_TOOLCHAINS = [1, 21, 0] as const;

export type Go = {
  readonly command: string;
  readonly version: string;
  /** Folders into which `go install` puts programs. */
  readonly bins: readonly string[];
  /** Whether it can build CometBFT, itself or by the toolchain that it fetches. */
  readonly builds: boolean;
};

/** Asks Go about itself: its bin folder is often not on PATH. */
export async function findGo(env: NodeJS.ProcessEnv): Promise<Go | undefined> {
  const text = await output("go", ["env", "GOVERSION", "GOBIN", "GOPATH", "GOTOOLCHAIN"], env);
  if (text === undefined) return undefined;
  const [version = "", bin = "", path = "", toolchain = ""] = text.split("\n");
  const paths = path.split(":").filter((folder) => folder !== "");
  const bins = [bin, ...paths.map((folder) => join(folder, "bin"))].filter((f) => f !== "");
  const builds =
    atLeast(version, NEEDED) || (atLeast(version, FETCHES_TOOLCHAINS) && toolchain !== "local");
  return { command: "go", version: version.replace(/^go/, ""), bins, builds };
}

function atLeast(version: string, needed: readonly number[]): boolean {
  const parts = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? [];
  for (const [i, want] of needed.entries()) {
    const got = Number(parts[i] ?? 0);
    if (got !== want) return got > want;
  }
  return true;
}

import { execFile } from "node:child_process";

/** What `go install` builds and the tests run. */
export const COMET_VERSION = "0.38.25";
const FIRST_SECURE_PATCH = 25;
const FIRST_LOCAL_PATCH = 17;

/** `newest` takes 0.38.25 alone, as figures and network tests must be of one version. */
export type VersionPolicy = "newest" | "node" | "localnet";

export type Verdict = { readonly accepted: boolean; readonly warning?: string };

export function judgeVersion(version: string, policy: VersionPolicy): Verdict {
  if (policy === "newest") return { accepted: version === COMET_VERSION };
  const match = /^0\.38\.(\d+)$/.exec(version);
  const patch = match === null ? -1 : Number(match[1]);
  if (patch >= FIRST_SECURE_PATCH) return { accepted: true };
  if (policy === "localnet" && patch >= FIRST_LOCAL_PATCH) {
    const warning = `CometBFT ${version} lacks security fixes: for a local network only`;
    return { accepted: true, warning };
  }
  return { accepted: false };
}

export function expectedVersions(policy: VersionPolicy): string {
  if (policy === "newest") return COMET_VERSION;
  const first = policy === "localnet" ? FIRST_LOCAL_PATCH : FIRST_SECURE_PATCH;
  return `0.38.${first} or a later 0.38`;
}

/** The version that the program prints, or undefined when it is none of CometBFT's. */
export async function readVersion(path: string): Promise<string | undefined> {
  const text = await output(path, ["version"]);
  return text === undefined ? undefined : /^v?(\d+\.\d+\.\d+)/.exec(text.trim())?.[1];
}

/** What a program prints, or undefined when it cannot be run or fails. */
export function output(
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: 30_000, ...(env === undefined ? {} : { env }) };
    execFile(command, args, options, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}

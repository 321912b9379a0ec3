import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { userError } from "../../client/errors/index.ts";
import { recordChecksum, sha256File } from "./checksum.ts";
import { COMET_VERSION, readVersion } from "./version.ts";

const MODULE = "github.com/cometbft/cometbft/cmd/cometbft";
const LAST_LINES = 5;

export const INSTALLED_NAME = `cometbft-v${COMET_VERSION}`;

export type InstallOptions = {
  readonly go: string;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
};

/**
 * Builds CometBFT by Go, whose checksum database checks the sources. The program comes under its
 * name only when it is whole and its sum is recorded: a broken installation leaves nothing behind.
 */
export async function installComet(options: InstallOptions): Promise<string> {
  const { go, directory, env, log } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = await mkdtemp(join(directory, ".install-"));
  try {
    log(
      `building CometBFT ${COMET_VERSION} by Go (about a minute; some hundred MB of Go's cache; ` +
        `ASSAY_COMET_INSTALL=0 forbids it)`,
    );
    await goInstall(go, { ...env, GOBIN: temporary, CGO_ENABLED: "0" });
    const built = join(temporary, "cometbft");
    const version = await readVersion(built);
    if (version !== COMET_VERSION) {
      throw userError("E1204", {
        path: built,
        version: version ?? "unreadable",
        expected: COMET_VERSION,
      });
    }
    const target = join(directory, INSTALLED_NAME);
    await recordChecksum(target, INSTALLED_NAME, await sha256File(built));
    await rename(built, target);
    log(`installed ${target}`);
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function goInstall(go: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const build = spawn(go, ["install", `${MODULE}@v${COMET_VERSION}`], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    build.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    build.once("error", reject);
    build.once("close", (code) => {
      if (code === 0) {
        resolve();
        return;
      }
      const last = errors.trim().split("\n").slice(-LAST_LINES).join("; ");
      reject(userError("E1203", {}, { looked: [`go install (failed: ${last})`] }));
    });
  });
}

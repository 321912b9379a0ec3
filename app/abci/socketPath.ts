import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { StartError } from "../errors.ts";

/** The size of sun_path on Linux without its closing zero; Node cuts longer ones off silently. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** Checks the path and removes what a killed process left there; never anything else. */
export async function prepareSocketPath(path: string): Promise<void> {
  const length = Buffer.byteLength(path);
  if (length > MAX_SOCKET_PATH_BYTES) {
    throw new StartError(
      "E1406",
      `socket path: expected at most ${MAX_SOCKET_PATH_BYTES} bytes, got ${length}: ${path}`,
      ["choose a shorter --home"],
    );
  }
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new StartError("E1406", `socket path: expected a free name, got a file: ${path}`, [
      `move ${path} away`,
    ]);
  }
  if (await answers(path)) {
    throw new StartError("E1402", `socket ${path} is served by another process`, [
      "stop the other node of this home",
    ]);
  }
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

import fs from "node:fs";
import path from "node:path";
import { userError } from "../client/errors/index.ts";

/** One executor a home: a second one would post twice (THREATS E16). Throws E1402 with the pid of the first. */
export function lockHome(home: string): () => void {
  const file = path.join(home, "executor.lock");
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const pid = Number(fs.readFileSync(file, "utf8"));
    if (pid !== process.pid && isRunning(pid))
      throw userError("E1402", { path: home, owner: `process ${pid}` });
    fs.rmSync(file, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

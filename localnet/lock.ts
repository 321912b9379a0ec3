import fs from "node:fs";
import { userError } from "../client/index.ts";
import type { Folder } from "./folder.ts";
import { isRunning } from "./processes.ts";

const fileOf = (folder: Folder): string => folder.in("localnet.pid");

/** Process id of the network that runs on a folder; undefined: none does. */
export function runningPid(folder: Folder): number | undefined {
  const file = fileOf(folder);
  if (!fs.existsSync(file)) return undefined;
  const pid = Number(fs.readFileSync(file, "utf8"));
  return Number.isInteger(pid) && pid > 0 && isRunning(pid) ? pid : undefined;
}

/** One network a folder: throws E1402 with the pid of the one that runs. */
export function lockFolder(folder: Folder): () => void {
  const pid = runningPid(folder);
  if (pid !== undefined) throw inUse(folder, pid);
  const file = fileOf(folder);
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
  return () => fs.rmSync(file, { force: true });
}

export function inUse(folder: Folder, pid: number): Error {
  const fix = [
    "npx assay localnet stop",
    "npm start -- --data DIR --port-offset 1000   (a second network)",
  ];
  return userError("E1402", { path: folder.path, owner: `a local network (pid ${pid})` }, { fix });
}

/** Throws E1415 unless a network runs on the folder. */
export function requireRunning(folder: Folder): number {
  const pid = runningPid(folder);
  if (pid === undefined) throw userError("E1415", { path: folder.path });
  return pid;
}

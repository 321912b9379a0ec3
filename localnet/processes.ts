import { execFileSync } from "node:child_process";
import fs from "node:fs";

/** True while a process with this id runs (of whatever program). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The command line of a process; "" when there is none. */
function commandOf(pid: number): string {
  try {
    if (fs.existsSync("/proc/self/cmdline"))
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** True for a process whose command line names `mark`: a process id is used again. */
export function isOwn(pid: number, mark: string): boolean {
  return commandOf(pid).includes(mark);
}

/** False when the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

export function signalOwn(pid: number | undefined, mark: string, name: NodeJS.Signals): boolean {
  return pid !== undefined && isOwn(pid, mark) && signal(pid, name);
}

export const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again until there is an answer; undefined when the time is over. */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  limitMs: number,
  everyMs = 100,
): Promise<T | undefined> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() > end) return answer;
    await delay(everyMs);
  }
}

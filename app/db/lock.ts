import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DbError } from "./errors.ts";

/** Who holds a folder; `started` and `boot` tell a process from a later one with the same pid. */
type Holder = { readonly pid: number; readonly started: string; readonly boot: string };

// A lock file cannot tell two openers in one process apart.
const held = new Set<string>();
const attempts = 5;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Clock ticks from boot to the start of the process; "" where the system does not tell. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`) ?? "";
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function bootId(): string {
  return (readText("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

function parseHolder(text: string): Holder | undefined {
  const [pid = "", started = "", boot = ""] = text.trimEnd().split("\n");
  const number = Number(pid);
  return Number.isSafeInteger(number) && number > 0 ? { pid: number, started, boot } : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function isStale(holder: Holder | undefined): boolean {
  if (holder === undefined) return true;
  const boot = bootId();
  if (boot !== "" && holder.boot !== "" && boot !== holder.boot) return true;
  if (!isRunning(holder.pid)) return true;
  const started = startOf(holder.pid);
  return started !== "" && holder.started !== "" && started !== holder.started;
}

function locked(path: string, pid: string): DbError {
  return new DbError("locked", {
    what: `the state folder is in use by process ${pid}`,
    where: path,
    fix: [`stop process ${pid}; if it is not an assay process, delete the file`],
  });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

// Two processes may find the same stale lock: whoever moves a lock aside that is not the one it judged puts it back.
function moveAside(path: string, judged: string, mine: string): void {
  const aside = `${mine}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readText(aside) !== judged) tryLink(aside, path);
  rmSync(aside, { force: true });
}

/** Takes the folder for this process or throws E1402; the returned function gives it back. */
export function lockFolder(dir: string): () => void {
  const folder = realpathSync(dir);
  const path = join(folder, "LOCK");
  if (held.has(folder)) throw locked(path, String(process.pid));
  const text = `${process.pid}\n${startOf(process.pid)}\n${bootId()}\n`;
  const mine = `${path}.${process.pid}`;
  // A link puts the whole text in place at once: nobody ever reads half a lock.
  writeFileSync(mine, text);
  try {
    for (let i = 0; i < attempts; i++) {
      if (tryLink(mine, path)) {
        held.add(folder);
        return () => {
          if (held.delete(folder)) rmSync(path, { force: true });
        };
      }
      const other = readText(path);
      if (other === undefined) continue;
      const holder = parseHolder(other);
      if (!isStale(holder)) throw locked(path, String(holder?.pid));
      moveAside(path, other, mine);
    }
    throw locked(path, readText(path)?.split("\n")[0] ?? "unknown");
  } finally {
    rmSync(mine, { force: true });
  }
}

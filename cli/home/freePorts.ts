import { once } from "node:events";
import fs from "node:fs";
import { createServer } from "node:net";
import { userError } from "../../client/errors/index.ts";

/** Throws E1404 for the first port that another program has. */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw userError("E1404", { port, owner: ownerOf(port) ?? "another program" });
  }
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    await once(server.close(), "close");
    return true;
  } catch {
    return false;
  }
}

/** Who listens there, as far as Linux tells this user: "node (pid 123)". */
export function ownerOf(port: number): string | undefined {
  try {
    const inode = socketInode(port);
    if (inode === undefined) return undefined;
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (!holds(pid, `socket:[${inode}]`)) continue;
      return `${fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
    }
  } catch {
    // No /proc: another system.
  }
  return undefined;
}

function socketInode(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = "0A";
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    if (!fs.existsSync(table)) continue;
    for (const line of fs.readFileSync(table, "utf8").split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(suffix) === true && columns[3] === listening) return columns[9];
    }
  }
  return undefined;
}

function holds(pid: string, target: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return fs.readdirSync(folder).some((fd) => fs.readlinkSync(`${folder}/${fd}`) === target);
  } catch {
    return false; // of another user, or gone meanwhile
  }
}

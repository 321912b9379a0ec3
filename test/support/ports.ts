import { once } from "node:events";
import fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { requireFree } from "../../localnet/ports.ts";
import { isRunning } from "../../localnet/processes.ts";

/** Ports that were free a moment ago: Comet takes no port 0. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** For one node. */
export async function freeNodePorts(): Promise<{ rpc: number; p2p: number; app: number }> {
  const [rpc = 0, p2p = 0, app = 0] = await freePorts(3);
  return { rpc, p2p, app };
}

/** Wide enough for the nodes, executors and services of a network of any test. */
const width = 100;
/** Below the ports that a system gives to connections: one of those may be taken between here and its use. */
const places = 45;
const reservations = path.join(os.tmpdir(), "assay-test-ports");

/**
 * An offset that leaves all of these ports free, and that no other test process is given as long as this one runs: a
 * network whose nodes are killed must find their ports again.
 */
export async function freeOffset(portsAt: (offset: number) => readonly number[]): Promise<number> {
  const first = Math.floor(Math.random() * places);
  for (let i = 0; i < places; i++) {
    const place = (first + i) % places;
    if (!reserve(place)) continue;
    const offset = 1_000 + width * place;
    const taken = await requireFree(portsAt(offset)).catch(() => "taken");
    if (taken === undefined) return offset;
  }
  throw new Error("ports: expected an offset with all of them free, got none");
}

/** Two that want one place both see the other's file, and at most one keeps it. */
function reserve(place: number): boolean {
  fs.mkdirSync(reservations, { recursive: true });
  const own = `${place}.${process.pid}`;
  const file = path.join(reservations, own);
  if (fs.existsSync(file)) return false;
  fs.writeFileSync(file, "");
  const others = fs
    .readdirSync(reservations)
    .filter((name) => name !== own && name.startsWith(`${place}.`));
  for (const name of others) {
    if (!isRunning(Number(name.split(".")[1])))
      fs.rmSync(path.join(reservations, name), { force: true });
    else {
      fs.rmSync(file, { force: true });
      return false;
    }
  }
  return true;
}

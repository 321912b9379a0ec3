import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { requireFree } from "../../localnet/ports.ts";

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

/** An offset that leaves all of these ports free. */
export async function freeOffset(portsAt: (offset: number) => readonly number[]): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    // Below the ports that a system gives to connections: one of those may be taken between here and its use.
    const offset = 1_000 + Math.floor(Math.random() * 4_500);
    const taken = await requireFree(portsAt(offset)).catch(() => "taken");
    if (taken === undefined) return offset;
  }
  throw new Error("ports: expected an offset with all of them free, got none");
}

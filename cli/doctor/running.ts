import { setTimeout as delay } from "node:timers/promises";
import { connectRpc, RpcUnavailable } from "../../client/index.ts";
import { engineOfVersion, engineText, engineTitles } from "../supervise/engine.ts";
import { readConfig, textIn } from "./files.ts";
import { fail, ok, warn, type Finding } from "./finding.ts";

type Status = {
  readonly node_info: { readonly network: string; readonly version: string };
  readonly sync_info: {
    readonly latest_block_height: string;
    readonly latest_block_time: string;
    readonly catching_up: boolean;
  };
};
type Health = { readonly status: string; readonly faults: readonly string[] };

const futureMs = 2_000;
const looks = 20;
const lookEveryMs = 250;

/** Undefined when the engine of this home does not answer; then the node is down. */
export async function judgeRunning(home: string, chainId: string): Promise<Finding[] | undefined> {
  const comet = readConfig(home, "config.toml");
  const url = textIn(comet, "rpc", "laddr")
    .replace(/^tcp:/, "http:")
    .replace("//0.0.0.0:", "//127.0.0.1:");
  const rpc = connectRpc(url);
  let status: Status;
  try {
    status = await rpc.call<Status>("status");
  } catch (error) {
    if (error instanceof RpcUnavailable) return undefined;
    throw error;
  }
  const { node_info: info, sync_info: sync } = status;
  if (info.network !== chainId) {
    const text = `${url} serves ${info.network}: expected ${chainId}`;
    return [fail("rpc", text, "another program has this port: see config/config.toml", "E1404")];
  }
  const { n_peers: peers } = await rpc.call<{ n_peers: string }>("net_info");
  return [
    ok("rpc", `${url}   ${engineText(info.version)}   height ${sync.latest_block_height}`),
    await judgeHeights(() => heights(rpc), engineTitles[engineOfVersion(info.version)]),
    judgeSync(sync),
    judgePeers(Number(peers), textIn(comet, "p2p", "persistent_peers")),
    await judgeHealth(home),
  ];
}

type Heights = { readonly app: bigint; readonly comet: bigint };

async function heights(rpc: ReturnType<typeof connectRpc>): Promise<Heights> {
  const [{ response }, { sync_info: sync }] = await Promise.all([
    rpc.call<{ response: { last_block_height?: string } }>("abci_info"),
    rpc.call<Status>("status"),
  ]);
  return {
    app: BigInt(response.last_block_height ?? "0"),
    comet: BigInt(sync.latest_block_height),
  };
}

/** The app is one block behind while a block is made: only a difference that stays is a fault. */
export async function judgeHeights(
  read: () => Promise<Heights>,
  engine: string = engineTitles.comet,
): Promise<Finding> {
  let last = await read();
  for (let i = 0; i < looks && last.app !== last.comet; i++) {
    await delay(lookEveryMs);
    last = await read();
    if (last.app > last.comet) break;
  }
  const { app, comet } = last;
  const apart = app > comet ? app - comet : comet - app;
  if (apart === 0n) return ok("heights", `app and ${engine} are both at ${app}`);
  const text = `app at ${app}, ${engine} at ${comet}`;
  if (apart === 1n) return ok("heights", `${text}: a block is being made`);
  return fail("heights", text, "look at logs/node.log for level error; then start the node again");
}

function judgeSync({ catching_up: behind, latest_block_time: time }: Status["sync_info"]): Finding {
  const age = Date.now() - Date.parse(time);
  if (age < -futureMs) {
    const text = `the last block is ${Math.round(-age / 1000)} s in the future of this clock`;
    return fail("sync", text, "set the clock: timedatectl set-ntp true");
  }
  if (behind) return warn("sync", "catching up with the others", "wait; see docs/STATESYNC.md");
  return ok("sync", `the last block is ${Math.max(0, Math.round(age / 1000))} s old`);
}

function judgePeers(peers: number, persistent: string): Finding {
  const wanted = persistent === "" ? 0 : persistent.split(",").length;
  const text = `${peers} peers, ${wanted} of them wanted always`;
  if (wanted > 0 && peers === 0) {
    const fix = "check firewall and persistent_peers in config/config.toml, then the others' nodes";
    return fail("peers", text, fix);
  }
  if (peers < wanted) return warn("peers", text, "see which of persistent_peers is down");
  return ok("peers", text);
}

async function judgeHealth(home: string): Promise<Finding> {
  const app = readConfig(home, "app.toml");
  const { enabled, address } = (app["telemetry"] ?? {}) as { enabled?: boolean; address?: string };
  const fix = "config/app.toml, [telemetry]: enabled = true, then start the node again";
  if (enabled !== true) return warn("health", "the app's metrics page is off", fix);
  const url = `http://${address}/health`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const { faults } = (await response.json()) as Health;
    if (response.ok) return ok("health", url);
    return fail("health", faults.join(" · "), "look at logs/node.log");
  } catch (error) {
    return fail("health", `${url} does not answer (${String(error)})`, fix);
  }
}

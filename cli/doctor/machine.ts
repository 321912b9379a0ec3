import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { UserError } from "../../client/errors/index.ts";
import { chooseEngine, wantedEngine } from "../comet/choose.ts";
import { isFree, ownerOf } from "../home/freePorts.ts";
import { engineOf, isDevelopment, requireEngineFits, soloNotice } from "../supervise/engine.ts";
import { readConfig, textIn } from "./files.ts";
import { fail, ok, warn, type Finding } from "./finding.ts";

const gib = 1024 ** 3;
const [leastMajor, leastMinor] = [20, 19];

export function judgeNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return ok("node", `Node ${version}   ${process.platform} ${process.arch}`);
  const text = `Node ${version}: expected ${leastMajor}.${leastMinor} or later`;
  return fail(
    "node",
    text,
    "install a current Node, for instance from https://nodejs.org",
    "E1101",
  );
}

/** The engine that `assay start` would take for this home. */
export async function judgeEngine(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  chainId: string,
  userHome?: string,
): Promise<Finding> {
  try {
    const policy = isDevelopment(chainId) ? "localnet" : "node";
    const wanted = wantedEngine(env["ASSAY_ENGINE"], home, chainId);
    const {
      name,
      version,
      path: at,
      warning,
    } = await chooseEngine(wanted, {
      ...{ env: { ...env }, policy },
      ...(userHome === undefined ? {} : { userHome }),
    });
    requireEngineFits(at, home, chainId);
    if (warning === undefined)
      return ok("engine", name === "solo" ? soloNotice : `CometBFT ${version}   ${at}`);
    return warn("engine", warning, "assay comet install");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return fail("engine", error.what, error.fix[0] ?? "assay comet install", error.code);
  }
}

export function judgeDisk(home: string, free = freeBytes(home)): Finding {
  const text = `${(free / gib).toFixed(1)} GiB free below ${home}`;
  const fix = "free some space, or set min-retain-blocks in config/app.toml";
  if (free < gib) return fail("disk", text, fix, "E1409");
  return free < 10 * gib ? warn("disk", text, fix) : ok("disk", text);
}

function freeBytes(home: string): number {
  const { bavail, bsize } = fs.statfsSync(home);
  return bavail * bsize;
}

/** Blocks carry the time of the voters' clocks: one that is wrong delays them all. */
export function judgeClock(): Finding {
  const { status, stdout } = spawnSync("timedatectl", ["show", "-p", "NTPSynchronized"], {
    encoding: "utf8",
  });
  if (status !== 0 || !stdout.includes("="))
    return ok("clock", "nobody here can say whether it is kept by NTP");
  if (stdout.trim() === "NTPSynchronized=yes") return ok("clock", "kept by NTP");
  return warn("clock", "not kept by NTP", "timedatectl set-ntp true");
}

/** The ports that this home's programs listen on, by their names; the solo engine has no peers and no metrics. */
export function portsIn(home: string): Map<string, number> {
  const comet = readConfig(home, "config.toml");
  const app = readConfig(home, "app.toml");
  const addresses: [string, string][] = [
    ["rpc", textIn(comet, "rpc", "laddr")],
    ["app metrics", textIn(app, "telemetry", "address")],
  ];
  if (engineOf(home) !== "solo")
    addresses.push(
      ["p2p", textIn(comet, "p2p", "laddr")],
      ["CometBFT metrics", textIn(comet, "instrumentation", "prometheus_listen_addr")],
    );
  const ports = addresses.map(([name, address]): [string, number] => [
    name,
    Number(address.slice(address.lastIndexOf(":") + 1)),
  ]);
  return new Map(ports.filter(([, port]) => Number.isInteger(port) && port > 0));
}

/** Of a node that does not run: whether it could. */
export async function judgePorts(home: string): Promise<Finding> {
  const ports = portsIn(home);
  for (const [name, port] of ports) {
    if (await isFree(port)) continue;
    const text = `port ${port} (${name}) is taken by ${ownerOf(port) ?? "another program"}`;
    const config = name === "app metrics" ? "app.toml" : "config.toml";
    return fail(
      "ports",
      text,
      `stop that program, or change ${path.join("config", config)}`,
      "E1404",
    );
  }
  return ok("ports", `${[...ports.values()].join(", ")} are free: the node is not running`);
}

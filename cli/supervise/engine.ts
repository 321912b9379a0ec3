import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { userError } from "../../client/errors/index.ts";
import { program, type Program } from "../home/programs.ts";

export const engineNames = ["comet", "solo", "auto"] as const;
export type EngineName = (typeof engineNames)[number];

/** Our own engine, for development: the script of a program with CometBFT's commands. */
export const soloPath: string = program("solo/main").args.at(-1) ?? "";

export const soloNotice = "solo (development, no consensus)";

export const isSolo = (enginePath: string): boolean => enginePath === soloPath;

/** In the middle of a sentence. */
export const engineTitles = { comet: "CometBFT", solo: "the solo engine" } as const;

/** Who answers on an RPC port, by the version that it tells. */
export const engineOfVersion = (version: string): "comet" | "solo" =>
  version.endsWith("-solo") ? "solo" : "comet";

export const engineText = (version: string): string =>
  engineOfVersion(version) === "solo" ? soloNotice : `CometBFT ${version}`;

/** How an engine is run: CometBFT's binary by itself, ours by this Node. */
export function engineCommand(enginePath: string, ...args: readonly string[]): Program {
  if (isSolo(enginePath)) return program("solo/main", ...args);
  return { command: enginePath, args };
}

/**
 * Go runs as many goroutines at once as there are cores, and one that waits in a system call keeps its place for a
 * while: on few cores CometBFT's fsyncs and writes hold up all else, and its ABCI client spins meanwhile (a timer of
 * 20 nanoseconds that it sets again until its sender is free). With more places the same node takes a fifth more sends
 * (ADR 0025). What the operator has set stays.
 */
export function engineEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const places = Math.max(16, os.availableParallelism());
  return { GOMAXPROCS: env["GOMAXPROCS"] ?? String(places) };
}

/** The solo engine ends so when it was asked to begin again at an earlier height. */
export const beginAgainCode = 75;

const cometFiles = ["blockstore.db", "state.db", "cs.wal"];
const inData = (home: string, name: string): boolean =>
  fs.existsSync(path.join(home, "data", name));

/** Whose blocks a home holds; undefined for a home without any. */
export function engineOf(home: string): "comet" | "solo" | undefined {
  if (cometFiles.some((name) => inData(home, name))) return "comet";
  return inData(home, "solo") ? "solo" : undefined;
}

/** Throws E1207 for a home whose blocks the other engine has made, E1206 for a chain that is none of development. */
export function requireEngineFits(enginePath: string, home: string, chainId: string): void {
  const wanted = isSolo(enginePath) ? "solo" : "comet";
  if (wanted === "solo" && !isDevelopment(chainId)) throw userError("E1206", { chainId });
  const writer = engineOf(home);
  if (writer === undefined || writer === wanted) return;
  const [owner, engine] = [engineTitles[writer], engineTitles[wanted]];
  throw userError("E1207", { path: home, owner, engine });
}

export const isDevelopment = (chainId: string): boolean => /-(local|dev)-[0-9]+$/.test(chainId);

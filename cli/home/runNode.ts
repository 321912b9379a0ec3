import fs from "node:fs";
import path from "node:path";
import { Supervisor } from "../supervise/supervisor.ts";
import { writeJson } from "./files.ts";
import { appProgram } from "./programs.ts";
import { socketPathOf } from "./socket.ts";

export type NodeOptions = {
  readonly home: string;
  readonly comet: string;
  readonly appFlags: readonly string[];
  readonly echo?: (line: string) => void;
};

/** The three processes of a running node, for whoever must end all of them at once. */
export type NodePids = {
  readonly supervisor: number;
  readonly app?: number | undefined;
  readonly comet?: number | undefined;
};

export const pidFileOf = (home: string): string => path.join(home, "node.pids.json");

/** App and CometBFT of a home as one unit; the pid file lives as long as they do. */
export function makeNode({ home, comet, appFlags, echo }: NodeOptions): Supervisor {
  const socketPath = socketPathOf(home);
  const app = appProgram("--home", home, "--socket", socketPath, ...appFlags);
  const node = new Supervisor({
    app,
    comet: { path: comet, home },
    socketPath,
    logDirectory: path.join(home, "logs"),
    ...(echo === undefined ? {} : { echo }),
  });
  const file = pidFileOf(home);
  node.on("ready", ({ pids }) => writeJson(file, { supervisor: process.pid, ...pids }));
  node.on("stopped", () => fs.rmSync(file, { force: true }));
  return node;
}

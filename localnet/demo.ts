import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { userError } from "../client/index.ts";
import { packageRoot } from "../cli/home/programs.ts";
import type { Folder } from "./folder.ts";
import { demoServerPort } from "./ports.ts";

const source = path.join(packageRoot, "localnet", "demo");

/** The demo's service.yml with the port of this network; its path. */
export function writeDemo(folder: Folder, portOffset: number): string {
  const text = fs.readFileSync(path.join(source, "service.yml"), "utf8");
  const file = folder.in("demo", "service.yml");
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const url = `http://127.0.0.1:${demoServerPort(portOffset)}`;
  fs.writeFileSync(file, text.replace(/url: \S+/, `url: ${url}`));
  return file;
}

/** The web server behind the demo; it ends with this process. */
export async function startDemoServer(portOffset: number): Promise<ChildProcess> {
  const port = demoServerPort(portOffset);
  const server = spawn(process.execPath, [path.join(source, "server.mjs")], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    env: { ...process.env, PORT: String(port), END_WITH_STDIN: "1" },
  });
  const ended = once(server, "exit").then(() => "ended");
  if (server.stdout === null) throw new Error("demo server: expected a pipe, got none");
  const outcome = await Promise.race([once(server.stdout, "data").then(() => "ready"), ended]);
  if (outcome === "ended") {
    throw userError("E1417", { name: "the demo's web server", detail: `port ${port}` });
  }
  return server;
}

import { spawn } from "node:child_process";
import { UserError } from "../../client/index.ts";
import { readAppLine } from "../supervise/appLine.ts";
import { program } from "./programs.ts";

/** Asks the app about the files of a home; its refusals come out as errors of this program. */
export async function askState(home: string, verb: string, height?: string): Promise<string> {
  const more = height === undefined ? [] : ["--height", height];
  const { command, args } = program("app/tools/main", verb, "--home", home, ...more);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const text = Buffer.concat(chunks).toString("utf8").trimEnd();
  if (code === 0) return text;
  const line = readAppLine(text.split("\n").at(-1) ?? "");
  if (line.kind === "refused") throw new UserError(line.code, line.what, { fix: line.fix });
  throw new Error(`${verb}: the app ended with ${String(code)}: ${text}`);
}

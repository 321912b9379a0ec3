import path from "node:path";
import { fileURLToPath } from "node:url";

export type Program = { readonly command: string; readonly args: readonly string[] };

const here = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(here), "../..");

/** The folder of package.json: programs run from the sources and from dist/. */
export const packageRoot = path.basename(root) === "dist" ? path.dirname(root) : root;

/** The data folder of this checkout's local network. */
export const localnetData = path.join(packageRoot, "localnet", ".data");

/** A program of this package, by its path without extension: "app/main". Built or, in development, as source. */
export function program(name: string, ...args: string[]): Program {
  const script = path.join(root, name + path.extname(here));
  return { command: process.execPath, args: [...loaders(), script, ...args] };
}

/**
 * The app of a node. A transaction lives from CheckTx to its block: under load V8's young generation of 16 MiB fills up
 * several times meanwhile, and each time all that waits is copied (ADR 0025).
 */
export function appProgram(...args: string[]): Program {
  const app = program("app/main", ...args);
  return { ...app, args: ["--max-semi-space-size=64", ...app.args] };
}

/** What lets Node run TypeScript, when this process runs so. */
function loaders(): string[] {
  const found: string[] = [];
  for (const [i, flag] of process.execArgv.entries()) {
    if (flag === "--import" || flag === "--require")
      found.push(flag, process.execArgv[i + 1] ?? "");
    if (flag.startsWith("--import=") || flag.startsWith("--require=")) found.push(flag);
  }
  return found;
}

import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { compareAscii } from "../../core/bytes.ts";
import { brokenCode, typeFaults } from "./rot.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "test/planted");

/** Where the whole tree is not needed to run a simulation. */
const unneeded = /\.(d\.ts|map)$|\/test\/(localnet|perf|chain)(\/|$)/;

export type Planted = {
  readonly name: string;
  readonly found: boolean;
  /** What found it: "sim" or a test. */
  readonly by: string;
  /** Blocks until the simulation found it; 0 where a test did. */
  readonly blocks: number;
  readonly seconds: number;
  readonly text: string;
};

/** The same hunt in a build without any bug: what it finds there, nothing has planted. */
export async function control(
  seed: number,
  blocks: number,
): Promise<{ found: boolean; text: string }> {
  const home = mkdtempSync(join(tmpdir(), "assay-planted-"));
  try {
    copyBuild(home);
    const hunt = ["dist/test/planted/hunt.js", String(seed), String(blocks)];
    const { code, said } = await run(home, hunt);
    return { found: code !== 0, text: lastJson(said).text };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export function patchNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".patch"))
    .sort(compareAscii);
}

/** Builds the chain with that bug in a folder of its own and lets what should find it try. */
export async function plant(name: string, seed: number, blocks = 8_000): Promise<Planted> {
  const home = mkdtempSync(join(tmpdir(), "assay-planted-"));
  const startedAt = performance.now();
  try {
    const patch = readFileSync(join(folder, name), "utf8");
    const by = /^Found by: (.+)$/m.exec(patch)?.[1] ?? "sim";
    const rotten = buildWith(home, name, patch);
    if (rotten !== undefined) return notFound(name, by, startedAt, rotten);
    const only = by === "sim" ? undefined : by.replace(/\.ts$/, ".js");
    const args =
      only === undefined
        ? ["dist/test/planted/hunt.js", String(seed), String(blocks)]
        : ["--import", join(root, "test/seed.mjs"), join("dist", only)];
    const { code, said } = await run(home, args, { TEST_SEED: String(seed) });
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const facts = only === undefined ? lastJson(said) : { blocks: 0, text: failureIn(said) };
    const broken = brokenCode(only === undefined ? facts.text : said);
    if (broken !== undefined) return notFound(name, by, startedAt, broken);
    // A build that does not even run is no bug that was found.
    const judged = only === undefined ? facts.blocks > 0 : /ERR_ASSERTION/.test(said);
    const found = code === 1 && judged;
    return { name: nameOf(name), found, by, seconds, ...facts };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A patch that breaks the code around it says nothing of who would find its bug. */
function notFound(name: string, by: string, startedAt: number, why: string): Planted {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const text = `this patch is rotten: ${why}`;
  return { name: nameOf(name), found: false, by, blocks: 0, seconds, text };
}

const nameOf = (patch: string): string => patch.replace(/\.patch$/, "");

function copyBuild(home: string): void {
  cpSync(join(root, "dist"), join(home, "dist"), {
    recursive: true,
    filter: (path) => !unneeded.test(path),
  });
  for (const entry of ["node_modules", "package.json"])
    symlinkSync(join(root, entry), join(home, entry));
}

/** Why the patch cannot be built, if so. */
function buildWith(home: string, name: string, patch: string): string | undefined {
  copyBuild(home);
  const touched = [...patch.matchAll(/^\+\+\+ b\/(.+)$/gm)].map((match) => match[1] ?? "");
  if (touched.length === 0) throw new Error(`${name}: expected a patch that changes a file`);
  for (const file of touched) {
    mkdirSync(dirname(join(home, "src", file)), { recursive: true });
    cpSync(join(root, file), join(home, "src", file));
  }
  const git = spawnSync("git", ["apply", "-"], { cwd: join(home, "src"), input: patch });
  if (git.status !== 0) throw new Error(`${name}: no longer applies: ${String(git.stderr)}`);
  const sources = new Map(
    touched.map((file) => [file, readFileSync(join(home, "src", file), "utf8")]),
  );
  const [fault] = typeFaults(sources);
  if (fault !== undefined) return fault;
  for (const [file, source] of sources) {
    const { outputText } = ts.transpileModule(source, { compilerOptions: options, fileName: file });
    writeFileSync(join(home, "dist", file.replace(/\.ts$/, ".js")), outputText);
  }
  return undefined;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

function run(
  home: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: home,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("close", (code) => resolve({ code: code ?? 2, said }));
  });
}

function lastJson(said: string): { blocks: number; text: string } {
  const line = said.trimEnd().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as { blocks: number; text: string };
  } catch {
    return { blocks: 0, text: said.slice(-600) };
  }
}

function failureIn(said: string): string {
  return /not ok \d+ - (.+)/.exec(said)?.[1] ?? /✖ (.+)/.exec(said)?.[1] ?? said.slice(-300);
}

// Runs the `sh` blocks of each page in order, each from the root of one fresh copy of the repository.
// A fence may say  no-run reason="why"  or  background until="text that shows it is up".
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sumOf } from "./outcome.mjs";
import { filesUnder } from "./tidy/files.mjs";

const root = join(import.meta.dirname, "..");
const pages = ["README.md", "docs/OPERATORS.md", "docs/STATESYNC.md"];
const blockTimeoutMs = 300_000;

/** The shell blocks of a page; `line` is that of the first command. */
export function blocksOf(text, page = "README.md") {
  const blocks = [];
  let open;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^ *```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { info: fence[1], line: index + 2, lines: [] };
    else {
      blocks.push({ ...open, code: open.lines.join("\n") });
      open = undefined;
    }
  }
  return blocks
    .filter(({ info }) => /^(sh|bash|shell|console)\b/.test(info))
    .map((block) => withWords(block, page));
}

function withWords({ info, line, code }, page) {
  return {
    at: `${page}:${line}`,
    name: code.trim().split("\n")[0] ?? "",
    code,
    language: info.split(" ")[0],
    noRun: / no-run\b/.test(info),
    reason: / reason="([^"]+)"/.exec(info)?.[1],
    until: / background until="([^"]+)"/.exec(info)?.[1],
  };
}

/** A link for each package: `npm ci` in the copy empties its own folder; through one link it would empty ours. */
export function linkPackages(from, to) {
  mkdirSync(to);
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}

/** Installed packages and the build are the user's: the blocks start where `npm ci` has ended. */
function copyRepository(to) {
  for (const name of filesUnder(root, ".")) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(root, name), join(to, name), { preserveTimestamps: true });
  }
  linkPackages(join(root, "node_modules"), join(to, "node_modules"));
  const dist = join(root, "dist");
  if (existsSync(dist))
    cpSync(dist, join(to, "dist"), { recursive: true, preserveTimestamps: true });
}

/** A home of its own: no block may touch the user's keys. The engine is found before that. */
function environment(home) {
  mkdirSync(home);
  const found = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), "comet", "path"], {
    encoding: "utf8",
  });
  const engine = found.status === 0 ? { COMETBFT: found.stdout.trim() } : {};
  return { ...process.env, ...engine, HOME: home, CI: "true" };
}

function start(code, { cwd, env }) {
  const child = spawn("bash", ["-euo", "pipefail", "-c", code], {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const shown = { text: "" };
  const grow = (chunk) => {
    shown.text += chunk;
  };
  child.stdout.on("data", grow);
  child.stderr.on("data", grow);
  return { child, shown };
}

function stop({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Undefined when the block did what it says, else what went wrong. */
function outcomeOf({ child, shown }, until) {
  return new Promise((resolve) => {
    const last = () => shown.text.trimEnd().split("\n").slice(-15).join("\n");
    const settle = (problem) => {
      clearTimeout(timer);
      resolve(problem === undefined ? undefined : `${problem}\n${last()}`);
    };
    const timer = setTimeout(() => {
      stop(child);
      settle(`did not ${until === undefined ? "end" : `print "${until}"`} in ${blockTimeoutMs} ms`);
    }, blockTimeoutMs);
    const look = () => {
      if (until !== undefined && shown.text.includes(until)) settle(undefined);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("error", (error) => settle(error.message));
    child.on("close", (code) => {
      settle(code === 0 && until === undefined ? undefined : `ended with code ${code}`);
    });
  });
}

export async function runBlock(block, place, background) {
  if (block.language !== "sh") return failed(block, `fence: expected sh, got ${block.language}`);
  if (block.noRun && block.reason === undefined) return failed(block, "no-run: expected a reason");
  if (block.noRun) return { ...nothing, skipped: 1, reasons: [block.reason] };
  const started = start(block.code, place);
  if (block.until !== undefined) background.push(started.child);
  const problem = await outcomeOf(started, block.until);
  return problem === undefined ? { ...nothing, passed: 1 } : failed(block, problem);
}

const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: [] };

function failed({ name, at }, error) {
  return { ...nothing, failed: 1, failures: [{ name, at, error }] };
}

/** What a page left running ends with it: the next one begins on a quiet machine. */
async function runPage(page, place) {
  const file = join(root, page);
  const blocks = existsSync(file) ? blocksOf(readFileSync(file, "utf8"), page) : [];
  if (blocks.length === 0) {
    return failed({ name: page, at: page }, "blocks: expected at least one, got none");
  }
  const background = [];
  const outcomes = [];
  try {
    for (const block of blocks) outcomes.push(await runBlock(block, place, background));
  } finally {
    for (const child of background) stop(child);
  }
  return sumOf(outcomes);
}

export async function runDocs() {
  const scratch = mkdtempSync(join(tmpdir(), "assay-docs-"));
  try {
    const cwd = join(scratch, "assay");
    copyRepository(cwd);
    const place = { cwd, env: environment(join(scratch, "home")) };
    const outcomes = [];
    for (const page of pages) outcomes.push(await runPage(page, place));
    return sumOf(outcomes);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

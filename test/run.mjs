// Runs test files of built JavaScript, each in a process of its own, and reads node:test's TAP.
// `node test/run.mjs [--timeout MS] [--grep TEXT] [--seed N] FILE...` does it by hand; main.mjs by stage.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describeFailures, sumOf, summaryOf } from "./outcome.mjs";

const root = join(import.meta.dirname, "..");
const notMatched = "test name does not match pattern";
/** test/support/comet.ts says so of what is skipped there on every machine. */
const notOnSolo = "the solo engine has ";

/** Process groups that must not outlive this process. */
const running = new Set();

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    for (const group of running) stop(group);
    process.exit(130);
  });
}

function stop(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Runs `files`, `concurrency` at a time; the outcome does not depend on which ends first. */
export async function runFiles(files, { concurrency = 1, timeoutMs, grep, seed, env }) {
  const outcomes = new Array(files.length);
  let next = 0;
  const worker = async () => {
    while (next < files.length) {
      const index = next++;
      outcomes[index] = await runFile(files[index], { timeoutMs, grep, seed, env });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return sumOf(outcomes);
}

async function runFile(file, { timeoutMs, grep, seed, env }) {
  if (!existsSync(file)) return onlyFailed(file, "expected a built file, got none");
  const scratch = mkdtempSync(join(tmpdir(), "assay-test-"));
  const tap = join(scratch, "tap");
  // TAP goes to a file of its own: what a test prints cannot pass for a result.
  const args = [
    "--enable-source-maps",
    ...["--test-reporter=tap", `--test-reporter-destination=${tap}`],
    ...(grep === undefined ? [] : [`--test-name-pattern=${escapePattern(grep)}`]),
    ...(usesFastCheck(file) ? ["--import", join(import.meta.dirname, "seed.mjs")] : []),
    file,
  ];
  const { code, output, late } = await execute(args, { timeoutMs, seed, env });
  const text = existsSync(tap) ? readFileSync(tap, "utf8") : "";
  rmSync(scratch, { recursive: true, force: true });
  if (late) return onlyFailed(file, `did not end within ${timeoutMs} ms\n${lastLines(output)}`);
  return outcomeOf(file, text, code, output, grep);
}

/** A group of its own, so that the processes a test left behind end with it. */
function execute(args, { timeoutMs, seed, env }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      detached: true,
      env: { ...process.env, ...env, NODE_TEST_CONTEXT: undefined, TEST_SEED: String(seed) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    let late = false;
    running.add(child.pid);
    const timer = setTimeout(() => {
      late = true;
      stop(child.pid);
    }, timeoutMs);
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("exit", () => stop(child.pid));
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child.pid);
      resolve({ code, output: Buffer.concat(chunks).toString("utf8"), late });
    });
  });
}

function outcomeOf(file, tap, code, output, grep) {
  const closing = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(tap)?.[1] ?? NaN);
  const passed = closing("pass");
  const failed = closing("fail") + closing("cancelled");
  const unmatched = tap.split("\n").filter((line) => line.endsWith(`# SKIP ${notMatched}`)).length;
  // A skipped suite is none of the tests that TAP counts, and its own are not known.
  const suites = skippedSuites(tap);
  const skipped = closing("skipped") + closing("todo") - unmatched + suites.length;
  if (Number.isNaN(passed + failed + skipped)) {
    return onlyFailed(file, `ended with code ${code} before its last test\n${lastLines(output)}`);
  }
  const failures = failuresOf(tap, file);
  const reasons = [...tap.matchAll(/ # SKIP (.+)$/gm)]
    .map((match) => match[1])
    .filter((reason) => reason !== notMatched);
  // A diagnostic of a test or of what it printed: `reliability: crash states = 20480`.
  const facts = [...tap.matchAll(/^ *# reliability: (.+?) = (\d+)$/gm)].map(([, name, value]) => [
    name,
    Number(value),
  ]);
  if (failed === 0 && code !== 0) {
    const found = failures.length > 0 ? failures : onlyFailed(file, lastLines(output)).failures;
    return { passed, failed: 1, skipped, failures: found, reasons, facts };
  }
  if (passed + failed + skipped === 0 && grep === undefined) {
    return onlyFailed(file, "expected at least one test, got none");
  }
  const unknown = suites.some((reason) => !reason.startsWith(notOnSolo));
  return { passed, failed, skipped, failures, reasons, facts, unknown };
}

function skippedSuites(tap) {
  const suites = tap.matchAll(/ # SKIP (.+)\n *---\n *duration_ms: .*\n *type: 'suite'/g);
  return [...suites].map(([, reason]) => reason).filter((reason) => reason !== notMatched);
}

function onlyFailed(file, error) {
  const failure = { name: "the file itself", at: sourceName(file), error };
  return { passed: 0, failed: 1, skipped: 0, failures: [failure], reasons: [] };
}

/** The failing leaves of a TAP document: a suite that only holds a failing test is not named. */
function failuresOf(tap, file) {
  const path = [];
  const failures = [];
  const lines = tap.split("\n");
  for (const [index, line] of lines.entries()) {
    const depth = (line.length - line.trimStart().length) / 4;
    const started = /^ *# Subtest: (.*)$/.exec(line);
    if (started !== null) path.splice(depth, path.length, unescapeTap(started[1]));
    if (!/^ *not ok \d+/.test(line)) continue;
    const end = lines.findIndex((other, at) => at > index && other.trim() === "...");
    const block = lines.slice(index + 1, end);
    if (block.some((other) => other.includes("failureType: 'subtestsFailed'"))) continue;
    const name = path.slice(0, depth + 1).join(" > ");
    failures.push({ name, at: locationIn(block, file), error: errorIn(block) });
  }
  return failures;
}

function locationIn(block, file) {
  const location = /location: '(.+):(\d+):(\d+)'/.exec(block.join("\n"));
  if (location === null) return sourceName(file);
  const [, path, line, column] = location;
  return sourceName(path, Number(line), Number(column));
}

/** `dist/test/x.test.js:12` is `test/x.test.ts:8`. */
function sourceName(path, line, column = 1) {
  const name = relative(root, path);
  const mapped = name.startsWith("dist") ? name.slice(5).replace(/\.js$/, ".ts") : name;
  if (line === undefined) return mapped;
  if (mapped === name || !existsSync(`${path}.map`)) return `${mapped}:${line}`;
  const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8")));
  const { originalLine } = map.findEntry(line - 1, column - 1);
  return `${mapped}:${(originalLine ?? line - 1) + 1}`;
}

function errorIn(block) {
  const from = block.findIndex((line) => /^ *error:/.test(line));
  if (from < 0) return "";
  const rest = block.slice(from + 1);
  const to = rest.findIndex((line) => /^ *(code|name|stack|expected):/.test(line));
  const first = block[from].replace(/^ *error: (\|-)?/, "");
  return [first, ...rest.slice(0, to < 0 ? 20 : Math.min(to, 20))]
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "")
    .join("\n");
}

function unescapeTap(name) {
  return name.replace(/\\(.)/g, "$1");
}

function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function lastLines(output) {
  return output.trimEnd().split("\n").slice(-15).join("\n");
}

function usesFastCheck(file) {
  return readFileSync(file, "utf8").includes("fast-check");
}

async function main(args) {
  const options = { timeoutMs: 120_000, seed: 1, grep: undefined, concurrency: 2 };
  const files = [];
  for (let at = 0; at < args.length; at++) {
    if (args[at] === "--timeout") options.timeoutMs = Number(args[++at]);
    else if (args[at] === "--seed") options.seed = Number(args[++at]);
    else if (args[at] === "--grep") options.grep = args[++at];
    else files.push(args[at]);
  }
  const outcome = await runFiles(files, options);
  const replay = ({ at }) => `node test/run.mjs ${at.replace(/:\d+$/, "")} --seed ${options.seed}`;
  for (const line of describeFailures(outcome, replay)) console.log(line);
  console.log(summaryOf(outcome));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));

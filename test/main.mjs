// `npm test -- [--only STAGE,STAGE] [--grep TEXT] [--seed N|random] [--update-count]`
// Everything that CI runs, stage by stage; the last line alone is `N passed, N failed`.
import { execFileSync } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { build } from "../localnet/build.mjs";
import { runDocs } from "./docs.mjs";
import { runLint } from "./lint.mjs";
import {
  describeFailures,
  noFewer,
  reasonCounts,
  sumOf,
  summaryOf,
  summed,
  withoutSkips,
} from "./outcome.mjs";
import { grouped, textOf, writeReliability } from "./reliability.mjs";
import { runFiles } from "./run.mjs";
import { filesUnder } from "./tidy/files.mjs";

const root = join(import.meta.dirname, "..");
const countFile = join(import.meta.dirname, "count.json");
const minutes = 60_000;

/** In the order of running: what fails soonest comes first. `timeoutMs` is for one file. */
const stages = [
  { name: "lint", title: "lint, types", run: runLint, replay: "npm run lint" },
  {
    name: "unit",
    title: "unit, property",
    sources: ["test/unit/", "test/property/", "test/vectors/", "test/tidy.test.ts"],
    options: { concurrency: 2, timeoutMs: 4 * minutes },
  },
  {
    name: "chain",
    title: "chain",
    sources: ["test/chain/"],
    options: { concurrency: 2, timeoutMs: 5 * minutes },
  },
  {
    name: "fuzz",
    title: "fuzz",
    sources: ["test/fuzz/"],
    options: { concurrency: 2, timeoutMs: 10 * minutes },
  },
  {
    name: "crash",
    title: "crash",
    sources: ["test/crash/"],
    options: { concurrency: 2, timeoutMs: 25 * minutes },
  },
  {
    name: "solo",
    title: "e2e solo",
    // What is not for the solo engine says so itself. Its tests wait more than they work.
    sources: ["test/solo/", "test/localnet/"],
    options: { concurrency: 2, timeoutMs: 10 * minutes, env: { ASSAY_ENGINE: "solo" } },
  },
  {
    name: "sim",
    title: "simulation",
    sources: ["test/sim/", "test/planted/"],
    options: { concurrency: 2, timeoutMs: 20 * minutes },
  },
  {
    name: "comet",
    title: "e2e comet",
    sources: ["test/localnet/"],
    options: { concurrency: 1, timeoutMs: 15 * minutes },
    required: "REQUIRE_COMET",
  },
  {
    name: "net",
    title: "e2e hostile network",
    sources: ["test/net/"],
    options: { concurrency: 1, timeoutMs: 12 * minutes },
  },
  { name: "docs", title: "docs", run: runDocs },
];

/** What git says of these, or undefined where there is no repository. */
function revisions(...names) {
  try {
    return execFileSync("git", ["rev-parse", ...names], {
      cwd: root,
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    }).trim();
  } catch {
    return undefined;
  }
}

const randomSeed = () => randomInt(1, 2 ** 31);

const programs = ["app", "cli", "client", "core", "executor", "modules", "proto", "solo"];

/**
 * Each change of the programs is tried with other inputs, and with the same ones wherever it is tested; a mended test
 * meets again what it failed on.
 */
function seedOfPrograms() {
  const trees = revisions(...programs.map((name) => `HEAD:${name}`));
  if (trees === undefined) return randomSeed();
  return (createHash("sha256").update(trees).digest().readUInt32BE() >>> 1) + 1;
}

const seedFrom = (text) => (text === "random" ? randomSeed() : Number(text));

function parse(args) {
  const options = { only: stages.map(({ name }) => name), seed: seedOfPrograms() };
  for (let at = 0; at < args.length; at++) {
    if (args[at] === "--only") options.only = (args[++at] ?? "").split(",");
    else if (args[at] === "--grep") options.grep = args[++at];
    else if (args[at] === "--seed") options.seed = seedFrom(args[++at]);
    else if (args[at] === "--update-count") options.updateCount = true;
    else
      throw new Error(`option: expected --only, --grep, --seed or --update-count, got ${args[at]}`);
  }
  const unknown = options.only.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    throw new Error(`--only: expected ${stages.map(({ name }) => name)}, got ${unknown}`);
  }
  if (!Number.isSafeInteger(options.seed)) throw new Error("--seed: expected an integer or random");
  return options;
}

const testSources = () => filesUnder(root, "test").filter((name) => name.endsWith(".test.ts"));

/** Only what has a source: dist/ may hold more, and a file that was not built is a failure. */
function builtFiles({ sources }) {
  return testSources()
    .filter((name) => sources.some((prefix) => name.startsWith(prefix)))
    .map((name) => join(root, "dist", name.replace(/\.ts$/, ".js").split("/").join(sep)));
}

function unassigned() {
  const prefixes = stages.flatMap(({ sources }) => sources ?? []);
  return testSources().filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)));
}

async function runStage(stage, { grep, seed }) {
  const outcome =
    stage.run === undefined
      ? await runFiles(builtFiles(stage), { ...stage.options, grep, seed })
      : await stage.run({ seed });
  const mustRun = stage.required !== undefined && process.env[stage.required] === "1";
  return mustRun ? withoutSkips(outcome, `${stage.required}=1`) : outcome;
}

function report(stage, outcome, startedAt, seed) {
  const { passed, failed, skipped, reasons } = outcome;
  const allSkipped = passed + failed === 0 && skipped > 0;
  const status = failed > 0 ? "FAIL" : allSkipped ? "SKIP" : "ok";
  const hint = stage.required === undefined ? "" : `; ${stage.required}=1 makes this a failure`;
  const text = allSkipped
    ? `${reasons[0] ?? "no reason"} (${skipped} skipped${hint})`
    : (outcome.text ?? partsOf(outcome));
  const seconds = `${Math.round((performance.now() - startedAt) / 1000)} s`;
  console.log(`  ${status.padEnd(6)}${stage.title.padEnd(20)}${text.padEnd(45)} ${seconds}`);
  const replay = () => stage.replay ?? `npm test -- --only ${stage.name} --seed ${seed}`;
  for (const line of describeFailures(outcome, replay)) console.log(line);
  if (!allSkipped) for (const why of reasonCounts(reasons)) console.log(`        skipped: ${why}`);
  for (const note of outcome.notes ?? []) console.log(`        ${note}`);
}

function partsOf({ passed, failed, skipped }) {
  return [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
}

const commit = () => revisions("--short", "HEAD") ?? "none";

async function main(options) {
  const begunAt = performance.now();
  const counts = JSON.parse(readFileSync(countFile, "utf8"));
  const outcomes = [];
  for (const stage of stages.filter(({ name }) => options.only.includes(name))) {
    const startedAt = performance.now();
    const found = await runStage(stage, options);
    const outcome = options.grep === undefined ? noFewer(found, counts[stage.name] ?? 0) : found;
    report(stage, { ...found, ...outcome }, startedAt, options.seed);
    outcomes.push(outcome);
    if (!found.unknown) counts[stage.name] = outcome.passed + outcome.failed + outcome.skipped;
  }
  const stray = unassigned();
  for (const name of stray) console.log(`  FAIL  ${name} belongs to no stage of test/main.mjs`);
  const total = sumOf(outcomes);
  const none = options.grep !== undefined && total.passed + total.failed + total.skipped === 0;
  if (none) console.log(`  FAIL  --grep: expected a name with "${options.grep}", got none`);
  const all = { ...total, failed: total.failed + stray.length + (none ? 1 : 0) };
  if (options.updateCount) writeFileSync(countFile, `${JSON.stringify(counts, null, 2)}\n`);
  const facts = summed(total.facts);
  if (facts.length > 0) {
    console.log("  what was tried");
    for (const group of grouped(facts)) {
      console.log(`    ${group.name.padEnd(54)} ${textOf(group)}`);
    }
    const whole = options.grep === undefined && options.only.length === stages.length;
    if (whole && all.failed === 0) {
      const soaked = (await import("../dist/test/soak/results.js")).soaked();
      const took = Math.ceil((performance.now() - begunAt) / minutes);
      const run = { seed: options.seed, commit: commit(), minutes: took, soaked };
      writeReliability({ facts, ...run });
    }
  }
  if (all.failed > 0) {
    console.log(`  seed ${options.seed}, commit ${commit()}, node ${process.version}`);
  }
  console.log(summaryOf(all));
  process.exitCode = all.failed === 0 ? 0 : 1;
}

let options;
try {
  options = parse(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(64);
}
if (build()) {
  await main(options);
} else {
  console.log("  FAIL  build");
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}

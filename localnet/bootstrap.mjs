// `npm start`, `npm test` and `npm run bench` on a fresh checkout: npm runs this without node_modules, so it
// imports nothing but Node's own modules. Checks Node, installs, builds, hands over.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const oldest = [20, 19];
const [goal = "start", ...args] = process.argv.slice(2);
const goals = {
  start: { script: "dist/localnet/main.js", title: "assay localnet" },
  test: { script: "test/main.mjs", title: undefined },
  gas: { script: "dist/test/perf/gas.js", title: undefined },
  bench: { script: "dist/test/perf/main.js", title: undefined },
};
const redraw = process.stdout.isTTY && process.env.CI !== "true";
/** Lines of programs that somebody reads by machine go to stderr. */
const out = args.includes("--json") ? process.stderr : process.stdout;

function fail(code, what, fix, more = []) {
  process.stderr.write(`error ${code}: ${what}\n${more.map((line) => `  ${line}\n`).join("")}`);
  process.stderr.write(`  fix        ${fix}\n`);
  process.exit(1);
}

function line(name, text, startedAt) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  out.write(`  ok  ${name.padEnd(17)}${text.padEnd(50)} ${`${seconds} s`.padStart(7)}\n`);
}

function requireNode() {
  const found = process.versions.node;
  const [major, minor] = found.split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  const what = `Node ${found} is too old: expected ${oldest.join(".")} or later`;
  fail("E1101", what, "install a current Node, for instance from https://nodejs.org");
}

/** npm writes this file at the end of an installation. */
const installed = join(root, "node_modules/.package-lock.json");

function needsInstall() {
  if (!existsSync(installed)) return true;
  const lock = join(root, "package-lock.json");
  return statSync(installed).mtimeMs < statSync(lock).mtimeMs;
}

function logFile() {
  const folder = join(tmpdir(), `assay-${process.getuid?.() ?? "install"}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, "npm-ci.log");
}

async function install() {
  const startedAt = performance.now();
  const file = logFile();
  const log = openSync(file, "w", 0o600);
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", log, log],
  });
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  if (!redraw) out.write("  ..  dependencies     npm ci --ignore-scripts\n");
  const show = () => out.write(`\r  ..  dependencies     npm ci --ignore-scripts   ${seconds()} s`);
  const timer = redraw ? setInterval(show, 1000) : undefined;
  const code = await new Promise((resolve) => {
    npm.once("error", () => resolve(1));
    npm.once("exit", resolve);
  });
  clearInterval(timer);
  closeSync(log);
  if (redraw) out.write("\r\u001b[K");
  if (code === 0) return line("dependencies", packages(), startedAt);
  const last = readFileSync(file, "utf8").trimEnd().split("\n").slice(-10);
  fail(
    "E1102",
    `installing the dependencies failed; the log is ${file}`,
    "npm ci --ignore-scripts",
    last,
  );
}

function packages() {
  const lock = JSON.parse(readFileSync(installed, "utf8"));
  return `${Object.keys(lock.packages ?? {}).length} packages`;
}

async function compile() {
  const startedAt = performance.now();
  const { build } = await import("./build.mjs");
  const before = builtAt();
  if (!build()) {
    process.stderr.write("error: the build failed; the lines above say why\n");
    process.exit(1);
  }
  if (builtAt() !== before && goals[goal].title !== undefined) line("build", "dist/", startedAt);
}

function builtAt() {
  return statSync(join(root, "dist/.built"), { throwIfNoEntry: false })?.mtimeMs;
}

/** The terminal sends Ctrl-C to both processes; this one waits for the other. */
function handOver() {
  const { script } = goals[goal];
  const child = spawn(process.execPath, [join(root, script), ...args], {
    stdio: "inherit",
    env: { ...process.env, ASSAY_BOOTSTRAPPED: "1" },
  });
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => fail("E9001", `${script}: ${error.message}`, "npm run build"));
  child.once("exit", (code, signal) => {
    if (signal !== null) process.exit(130);
    process.exitCode = code ?? 1;
  });
}

if (!Object.hasOwn(goals, goal)) {
  process.stderr.write(`expected ${Object.keys(goals).join(", ")}, got ${goal}\n`);
  process.exit(64);
}
requireNode();
const { title } = goals[goal];
if (title !== undefined) {
  const system = `Node ${process.versions.node}   ${process.platform} ${process.arch}`;
  out.write(`${title.padEnd(58)} ${system}\n`);
}
if (spawnSync("npm", ["--version"]).error !== undefined && needsInstall()) {
  fail("E1102", "npm was not found", "install Node with npm");
}
if (needsInstall()) await install();
await compile();
handOver();

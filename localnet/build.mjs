// TypeScript -> dist/, and the files that programs and tests read at run time. Node built-ins only.
// Says nothing when all is well; does nothing when no source is newer than the last good build.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const stamp = join(dist, ".built");
const inputs = ["tsconfig.json", "package.json", "package-lock.json", "localnet/build.mjs"];
/** Read where they lie, or not read at run time. */
const skipped = ["node_modules", ".data", "proto/third_party", "proto/assay", "test/tidy/fixtures"];

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const name = relative(root, path).split(sep).join("/");
    if (skipped.includes(name) || skipped.includes(entry.name)) return [];
    if (entry.isDirectory()) return filesOf(path);
    return entry.isFile() ? [name] : [];
  });
}

function sources() {
  const { include } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  return include
    .map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap(filesOf);
}

const isScript = (name) => name.endsWith(".ts");
const isAsset = (name) => !/\.(ts|md|proto|yaml)$|(^|\/)tsconfig\.json$/.test(name);
const timeOf = (name) => statSync(join(root, name)).mtimeMs;

/** The names are compared too: a file that was deleted has no time. */
function isFresh(names) {
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== names.join("\n")) return false;
  const builtAt = statSync(stamp).mtimeMs;
  return [...names, ...inputs].every((name) => timeOf(name) < builtAt);
}

function compile() {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-p", "tsconfig.json", "--pretty", "false"], {
    cwd: root,
    encoding: "utf8",
  });
  if (run.status === 0) return true;
  process.stderr.write(run.stdout + run.stderr);
  return false;
}

function copyAssets(names) {
  for (const name of names.filter(isAsset)) {
    const target = join(dist, name);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, name), target);
  }
}

/** tsc leaves the output of a deleted source behind, which would still run. */
function removeOrphans(names) {
  const known = new Set(names);
  for (const name of existsSync(dist) ? filesOf(dist) : []) {
    const source = name.slice("dist/".length);
    const script = source.replace(/(\.d)?\.(js|ts)(\.map)?$/, ".ts");
    if (script !== source && !known.has(script) && !known.has(source)) rmSync(join(root, name));
  }
}

/** True when dist/ is what the sources say. */
export function build() {
  const names = sources();
  if (isFresh(names)) return true;
  const startedAt = new Date();
  if (!compile()) return false;
  // A link to it is the command `assay` (docs/OPERATORS.md).
  chmodSync(join(dist, "cli/main.js"), 0o755);
  copyAssets(names);
  removeOrphans(names.filter((name) => isScript(name) || isAsset(name)));
  // A file that was saved during the build is newer than the stamp.
  writeFileSync(stamp, names.join("\n"));
  utimesSync(stamp, startedAt, startedAt);
  return true;
}

if (process.argv[1] === import.meta.filename) process.exitCode = build() ? 0 : 1;

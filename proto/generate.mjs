// proto/assay -> proto/gen and proto/image.binpb, offline. `--out DIR` writes there instead, for the
// tidy test, which compares. Files that did not change keep their time, so the build skips them.
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { aminoTable } from "./aminoTable.mjs";

const here = import.meta.dirname;
const buf = createRequire(import.meta.url).resolve("@bufbuild/buf/bin/buf");

/** All files below a folder, relative to it, sorted. */
function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** ts-proto also writes the options' protos (gogoproto, amino, descriptor); no message refers to them. */
function reachableFrom(folder, start) {
  const reached = new Set();
  const queue = [...start];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const source = readFileSync(join(folder, name), "utf8");
    for (const [, target] of source.matchAll(/ from "(\.[^"]+)"/g)) {
      queue.push(relative(folder, resolve(folder, dirname(name), target)));
    }
  }
  return [...reached].sort();
}

function writeIfChanged(file, bytes) {
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

function replaceFolder(target, source, names) {
  for (const name of names) writeIfChanged(join(target, name), readFileSync(join(source, name)));
  for (const name of filesUnder(target)) {
    if (!names.includes(name)) rmSync(join(target, name));
  }
}

/** A change that breaks clients is allowed before a release, but never by accident (THREATS S9). */
function warnOfBreaking(before, after, env) {
  if (!existsSync(before)) return;
  const config = JSON.stringify({ version: "v2", breaking: { use: ["FILE"] } });
  const args = [buf, "breaking", after, "--against", before, "--config", config];
  const { stdout } = spawnSync(process.execPath, args, { cwd: here, env, encoding: "utf8" });
  for (const line of stdout.split("\n").filter((text) => text !== "")) {
    console.error(`breaking: ${line}`);
  }
}

export function generate(out) {
  const scratch = mkdtempSync(join(tmpdir(), "assay-gen-"));
  // Without a cache of its own, buf would write into the user's home.
  const env = { ...process.env, BUF_CACHE_DIR: join(scratch, "cache") };
  const run = (...args) =>
    execFileSync(process.execPath, [buf, ...args], {
      cwd: here,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
  try {
    const code = join(scratch, "gen");
    const image = join(scratch, "image.binpb");
    run("generate", "-o", code);
    run("build", "--exclude-source-info", "-o", image);
    warnOfBreaking(join(out, "image.binpb"), image, env);
    const own = filesUnder(code).filter((name) => name.startsWith("assay/"));
    if (own.length === 0) throw new Error("proto/gen: expected files below assay/, got none");
    const bytes = readFileSync(image);
    writeFileSync(join(code, "amino.ts"), aminoTable(bytes));
    replaceFolder(join(out, "gen"), code, [...reachableFrom(code, own), "amino.ts"]);
    writeIfChanged(join(out, "image.binpb"), bytes);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const at = process.argv.indexOf("--out");
  generate(at < 0 ? here : resolve(process.argv[at + 1] ?? here));
}

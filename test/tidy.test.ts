import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { errorTable } from "../client/errors/index.ts";
import { errorsPage } from "./support/errorsPage.ts";
import { activeRules, forbiddenNames, marks, reports } from "./tidy/fixtures.ts";
import { orderOf, upwardImports } from "./tidy/moduleOrder.ts";
import { packagesOf } from "./tidy/packages.ts";
import { forbiddenTypes } from "./tidy/protos.ts";
import { idsIn, idsInTestNames } from "./tidy/threats.ts";
import { filesUnder, read, root } from "./tidy/tree.ts";

const sourcesUnder = (folder: string): string[] =>
  filesUnder(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
const json = (file: string): unknown => JSON.parse(read(file));

describe("tidy: lint", () => {
  it("reports each bad line of the fixtures by exactly the named rule", async () => {
    const [found, expected] = [await reports(), marks()];
    const without = (all: string[], some: string[]): string[] =>
      all.filter((item) => !some.includes(item));
    assert.deepEqual(without(found, expected), [], "reported, but not marked");
    assert.deepEqual(without(expected, found), [], "marked, but not reported");
    assert.equal(found.length, expected.length);
  });

  it("finds a mark for each of more than 100 lines", () => {
    assert.ok(marks().length > 100, `marks: expected more than 100, got ${marks().length}`);
  });

  it("has a fixture for every rule that is on in core, modules, app and test", async () => {
    const named = new Set(marks().map((mark) => mark.split(" ")[1]));
    for (const file of ["core/bytes.ts", "modules/x/state.ts", "app/tx/ante.ts", "test/x.ts"]) {
      const missing = (await activeRules(file)).filter((rule) => !named.has(rule));
      assert.deepEqual(missing, [], file);
    }
  });

  it("has a fixture line for every forbidden global and property", async () => {
    const fixtures = filesUnder("test/tidy/fixtures").map(read).join("\n");
    for (const rule of ["no-restricted-globals", "no-restricted-properties"]) {
      const names = await forbiddenNames("modules/x/state.ts", rule);
      assert.ok(names.length > 20, `${rule}: expected more than 20 names, got ${names.length}`);
      const line = (name: string): RegExp => new RegExp(`\\b${name}\\b.*// bad:.*${rule}`);
      assert.deepEqual(
        names.filter((name) => !line(name).test(fixtures)),
        [],
        rule,
      );
    }
  });

  it("knows the import directions of every folder with sources", async () => {
    const { directions } = await script<{ directions: object }>("eslint.config.mjs");
    const folders = new Set(sourcesUnder(".").map((file) => file.split("/")[0] ?? ""));
    assert.deepEqual(
      [...folders].filter((folder) => !(folder in directions)),
      [],
    );
  });

  it("compiles core and modules without Node's types", () => {
    const { compilerOptions, include } = json("core/tsconfig.json") as {
      compilerOptions: { types: string[] };
      include: string[];
    };
    assert.deepEqual(compilerOptions.types, []);
    assert.deepEqual(include, [".", "../modules"]);
  });
});

describe("tidy: modules", () => {
  it("lists every folder of modules/ in app/modules.ts, once", () => {
    const order = orderOf(read("app/modules.ts"));
    const folders = new Set(sourcesUnder("modules").map((file) => file.split("/")[1]));
    assert.deepEqual(order.toSorted(compare), [...folders].toSorted(compare));
  });

  it("imports only downwards and only by index.ts", () => {
    const order = orderOf(read("app/modules.ts"));
    const files = new Map(sourcesUnder("modules").map((file) => [file, read(file)]));
    assert.deepEqual(upwardImports(order, files), []);
  });

  it("finds an import up the list and one past a door", () => {
    const listed = orderOf(`
      import { bank } from "../modules/bank/index.ts";
      import * as tasks from "../modules/tasks/index.ts";
      export const order = ["x"];
      export const modules = [bank, tasks];`);
    assert.deepEqual(listed, ["bank", "tasks"]);
    const files = new Map([
      ["modules/bank/msgs/send.ts", 'import { x } from "../../tasks/index.ts";'],
      ["modules/tasks/state.ts", 'import {\n  y,\n} from "../bank/state.ts";'],
      ["modules/tasks/index.ts", 'import { y } from "../bank/index.ts"; import "./state.ts";'],
    ]);
    assert.deepEqual(upwardImports(listed, files), [
      "modules/bank/msgs/send.ts -> ../../tasks/index.ts",
      "modules/tasks/state.ts -> ../bank/state.ts",
    ]);
  });
});

describe("tidy: protos", () => {
  const protos = filesUnder("proto/assay").filter((file) => file.endsWith(".proto"));

  it("S9: generated code and image.binpb are what `npm run gen` makes", () => {
    const fresh = mkdtempSync(join(tmpdir(), "assay-tidy-"));
    try {
      execFileSync(process.execPath, [join(root, "proto/generate.mjs"), "--out", fresh]);
      const made = [...filesUnder("gen", fresh), "image.binpb"];
      const proto = join(root, "proto");
      assert.deepEqual([...filesUnder("gen", proto), "image.binpb"], made);
      const differs = (file: string): boolean =>
        !readFileSync(join(fresh, file)).equals(readFileSync(join(proto, file)));
      assert.deepEqual(made.filter(differs), []);
    } finally {
      rmSync(fresh, { recursive: true });
    }
  });

  it("S9: the hasher's WebAssembly is what `npm run gen` makes", () => {
    const fresh = mkdtempSync(join(tmpdir(), "assay-tidy-"));
    try {
      const made = join(fresh, "module.ts");
      const folder = join(root, "app/crypto/sha256Wasm");
      execFileSync(process.execPath, [join(folder, "generate.mjs"), "--out", made]);
      assert.equal(readFileSync(made, "utf8"), readFileSync(join(folder, "module.ts"), "utf8"));
    } finally {
      rmSync(fresh, { recursive: true });
    }
  });

  it("passes buf lint", () => {
    const scratch = mkdtempSync(join(tmpdir(), "assay-buf-"));
    const lint = spawnSync(process.execPath, [join(root, "node_modules/.bin/buf"), "lint"], {
      cwd: join(root, "proto"),
      env: { ...process.env, BUF_CACHE_DIR: scratch },
      encoding: "utf8",
    });
    rmSync(scratch, { recursive: true });
    assert.equal(lint.stdout + lint.stderr, "");
  });

  const breaking = (image: string): string => {
    const scratch = mkdtempSync(join(tmpdir(), "assay-buf-"));
    const use = ["WIRE_JSON", "FIELD_SAME_TYPE", "FIELD_SAME_NAME"];
    const config = JSON.stringify({ version: "v2", breaking: { use } });
    const against = ["--against", join(root, "proto/released.binpb"), "--config", config];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "node_modules/.bin/buf"), "breaking", image, ...against],
      { env: { ...process.env, BUF_CACHE_DIR: scratch }, encoding: "utf8" },
    );
    rmSync(scratch, { recursive: true });
    return stdout + stderr;
  };

  it("S9: no field of a released message changes its number, name or type, nor goes without being reserved", () => {
    assert.equal(breaking(join(root, "proto/image.binpb")), "");
  });

  it("S9: a number and a type that change are told", () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-tidy-"));
    const changed = (edit: (field: { number: number; type: number }) => void): string => {
      const image = fromBinary(
        FileDescriptorSetSchema,
        readFileSync(join(root, "proto/image.binpb")),
      );
      const file = image.file.find(({ name }) => name === "assay/tasks/v1/tx.proto");
      const post = file?.messageType.find(({ name }) => name === "CommitPost");
      const field = post?.field.find(({ name }) => name === "commitment");
      assert.ok(field !== undefined);
      edit(field);
      const path = join(folder, "image.binpb");
      writeFileSync(path, toBinary(FileDescriptorSetSchema, image));
      return breaking(path);
    };
    assert.match(
      changed((field) => void (field.number = 77)),
      /CommitPost/,
    );
    assert.match(
      changed((field) => void (field.type = 9)),
      /changed type from "bytes" to "string"/,
    );
    rmSync(folder, { recursive: true });
  });

  it("has no map, float, double or Timestamp", () => {
    assert.ok(protos.length > 0, "proto/assay: expected .proto files, got none");
    const bad = protos.flatMap((file) => forbiddenTypes(read(file)).map((at) => `${file}:${at}`));
    assert.deepEqual(bad, []);
  });

  it("finds each forbidden type", () => {
    const source = [
      "double a = 1;",
      "repeated float b = 2;",
      "map<string, bytes> c = 3;",
      "google.protobuf.Timestamp d = 4;",
      "string e = 5; // a map<x, y> in words",
    ];
    assert.equal(forbiddenTypes(source.join("\n")).length, 4);
  });
});

describe("tidy: packages", () => {
  const { dependencies, devDependencies } = json("package.json") as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

  it("S4: core, modules and app import at most 10 packages, all pinned", (t) => {
    const sources = ["core", "modules", "app"].flatMap(sourcesUnder);
    const used = packagesOf(sources.map(read));
    t.diagnostic(`packages of core, modules and app: ${used.join(", ")}`);
    assert.ok(used.length <= 10, `packages: expected at most 10, got ${used.length}: ${used}`);
    assert.deepEqual(
      used.filter((name) => !(name in dependencies)),
      [],
    );
  });

  it("finds packages in every form of import", () => {
    const source =
      'import a from "a/b.js";\nexport { c } from "@d/e/f";\nimport {\n  g,\n} from "h";\nimport "node:fs";\nimport "./i.ts";';
    assert.deepEqual(packagesOf([source]), ["@d/e", "a", "h"]);
  });

  it("S1: every version is exact, every locked entry has its sha512, none names a host", () => {
    const ranges = Object.entries({ ...dependencies, ...devDependencies });
    assert.deepEqual(
      ranges.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
      [],
    );
    const { packages } = json("package-lock.json") as {
      packages: Record<string, { integrity?: string; resolved?: string }>;
    };
    const loose = Object.entries(packages).filter(
      ([name, { integrity, resolved }]) =>
        name !== "" && (integrity?.startsWith("sha512-") !== true || resolved !== undefined),
    );
    assert.deepEqual(loose, []);
  });
});

describe("tidy: repository", () => {
  const texts = filesUnder(".").filter((file) => /\.(ts|mjs|json|ya?ml|md|proto|sh)$/.test(file));

  it("names no folder of somebody's machine and no package registry", () => {
    const homes = ["work", "root"].map((name) => `["'\`\\s(=]/${name}/`).join("|");
    const hosts = ["registry", "proxy", "mirror"]
      .map((name) => `https?://[\\w.-]*${name}`)
      .join("|");
    const foreign = new RegExp(`${homes}|${hosts}`);
    assert.deepEqual(
      texts.filter((file) => foreign.test(read(file))),
      [],
    );
  });

  it("every code of an error that the sources name is in the table, and docs/ERRORS.md shows the table", () => {
    const shipped = ["app", "cli", "client", "core", "executor", "localnet", "modules", "solo"];
    const named = shipped
      .flatMap((folder) => filesUnder(folder))
      .filter((file) => /\.(ts|mjs)$/.test(file) && file !== "client/errors/table.ts")
      .flatMap((file) => [...read(file).matchAll(/["'`]?\b(E[1-9]\d{3})\b/g)])
      .map((match) => match[1] ?? "");
    assert.ok(named.length > 60, `codes: expected more than 60, got ${named.length}`);
    assert.deepEqual(
      [...new Set(named)].filter((code) => !(code in errorTable)),
      [],
    );
    const page = read("docs/ERRORS.md");
    assert.equal(page, errorsPage(), "run: npx tsx test/support/errorsPage.ts");
    assert.deepEqual(
      Object.keys(errorTable).filter((code) => !page.includes(`| ${code} |`)),
      [],
    );
  });

  it("S12: each finished threat occurs in a test name or a fixture", () => {
    const { done, lint } = json("test/threats.json") as { done: string[]; lint: string[] };
    const tests = sourcesUnder("test").filter((file) => file.endsWith(".test.ts"));
    const inFixtures = new Set(
      filesUnder("test/tidy/fixtures").flatMap((file) => idsIn(read(file))),
    );
    const inNames = new Set(tests.flatMap((file) => idsInTestNames(read(file))));
    assert.deepEqual(
      lint.filter((id) => !inFixtures.has(id)),
      [],
    );
    assert.deepEqual(
      done.filter((id) => !inFixtures.has(id) && !inNames.has(id)),
      [],
    );
  });

  it("S12: each hazard of the language and each attack is done, in a test name, or said not to be served", () => {
    const { done, notServed } = json("test/threats.json") as {
      done: string[];
      notServed: Record<string, string>;
    };
    const rows = read("docs/THREATS.md").matchAll(/^- \*\*([DX]\d{1,2}) /gm);
    const ids = [...rows].map((match) => match[1] ?? "");
    assert.ok(ids.length > 45, `rows: expected more than 45, got ${ids.length}`);
    const tests = sourcesUnder("test").filter((file) => file.endsWith(".test.ts"));
    const named = new Set(tests.flatMap((file) => idsInTestNames(read(file))));
    const unknown = Object.keys(notServed).filter((id) => !ids.includes(id) || done.includes(id));
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      ids.filter((id) => !named.has(id) && !(id in notServed)),
      [],
    );
  });

  it("reads ids from the names of tests and not from other text", () => {
    const source = 'it("X12, X13: a", () => { const a = "X1"; }); // X2\nit.skip(`D4: b ${1}`, f);';
    assert.deepEqual(idsInTestNames(source), ["X12", "X13", "D4"]);
  });
});

describe("tidy: runner", () => {
  const run = (...names: string[]): { status: number | null; stdout: string; last: string } => {
    const files = names.map((name) => join(root, "test/tidy/canary", name));
    const args = [join(root, "test/run.mjs"), "--timeout", "3000", ...files];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return { status, stdout, last: stdout.trimEnd().split("\n").at(-1) ?? "" };
  };

  it("S16: counts a planted failing test and exits with 1", () => {
    const { status, stdout, last } = run("fails.mjs", "passes.mjs");
    assert.equal(last, "2 passed, 1 failed, 1 skipped");
    assert.match(stdout, /canary: plants > a failure +test\/tidy\/canary\/fails\.mjs:\d+/);
    assert.equal(status, 1);
  });

  it("S16: counts a file that ends early, hangs, or holds no test as a failure", () => {
    assert.equal(run("throws.mjs").last, "0 passed, 1 failed");
    assert.equal(run("hangs.mjs").last, "0 passed, 1 failed");
    assert.equal(run("empty.mjs").last, "0 passed, 1 failed");
    assert.equal(run("exits.mjs").last, "0 passed, 1 failed");
  });

  it("S16: a skipped suite is a skip with its reason, not a file without tests", async () => {
    const skipped = run("skipsSuites.mjs", "passes.mjs");
    assert.equal(skipped.last, "2 passed, 0 failed, 3 skipped");
    assert.equal(skipped.status, 0);
    const { runFiles } = await script<{
      runFiles: (files: string[], options: object) => Promise<{ unknown: boolean }>;
    }>("test/run.mjs");
    const { noFewer, reasonCounts, summaryOf } = await script<{
      noFewer: (outcome: unknown, least: number) => unknown;
      reasonCounts: (reasons: string[]) => string[];
      summaryOf: (outcome: unknown) => string;
    }>("test/outcome.mjs");
    const file = join(root, "test/tidy/canary/skipsSuites.mjs");
    const outcome = await runFiles([file], { timeoutMs: 60_000, seed: 1 });
    assert.equal(outcome.unknown, true);
    assert.equal(summaryOf(noFewer(outcome, 9)), "0 passed, 0 failed, 2 skipped");
    assert.deepEqual(reasonCounts(["a", "b", "a"]), ["a (2)", "b"]);
  });

  it("S16: a skip that is not allowed and a lost test are failures", async () => {
    const { noFewer, withoutSkips, summaryOf } = await script<{
      noFewer: (outcome: unknown, least: number) => unknown;
      withoutSkips: (outcome: unknown, why: string) => unknown;
      summaryOf: (outcome: unknown) => string;
    }>("test/outcome.mjs");
    const outcome = { passed: 3, failed: 0, skipped: 2, failures: [], reasons: ["a", "b"] };
    assert.equal(summaryOf(withoutSkips(outcome, "X=1")), "3 passed, 2 failed");
    assert.equal(summaryOf(noFewer(outcome, 5)), "3 passed, 0 failed, 2 skipped");
    assert.equal(summaryOf(noFewer(outcome, 6)), "3 passed, 1 failed, 2 skipped");
  });

  it("reads the shell blocks of a page with their words", async () => {
    const { blocksOf } = await script<{
      blocksOf: (
        text: string,
      ) => { code: string; noRun: boolean; reason?: string; until?: string }[];
    }>("test/docs.mjs");
    const page = ["sh", "", 'sh no-run reason="needs two hosts"', 'sh background until="up"']
      .map((info) => `\`\`\`${info}\nls\n\`\`\``)
      .join("\n");
    assert.deepEqual(
      blocksOf(page).map(({ code, noRun, reason, until }) => [code, noRun, reason, until]),
      [
        ["ls", false, undefined, undefined],
        ["ls", true, "needs two hosts", undefined],
        ["ls", false, undefined, "up"],
      ],
    );
  });

  it("lets no block of a page empty the packages of this checkout", async () => {
    const { linkPackages } = await script<{ linkPackages: (from: string, to: string) => void }>(
      "test/docs.mjs",
    );
    const folder = mkdtempSync(join(tmpdir(), "assay-tidy-"));
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    const file = join("@scope", "package", "index.js");
    mkdirSync(join(from, "@scope", "package"), { recursive: true });
    writeFileSync(join(from, file), "1");
    linkPackages(from, to);
    assert.equal(readFileSync(join(to, file), "utf8"), "1");
    // What `npm ci` does first: every entry of the folder goes.
    for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true });
    assert.throws(() => readFileSync(join(to, file)), { code: "ENOENT" });
    assert.equal(readFileSync(join(from, file), "utf8"), "1");
    rmSync(folder, { recursive: true });
  });

  it("sees what a block in the background writes to stderr", async () => {
    const { runBlock } = await script<{
      runBlock: (block: object, place: object, background: { pid: number }[]) => Promise<object>;
    }>("test/docs.mjs");
    const background: { pid: number }[] = [];
    const block = { ...{ name: "", at: "", language: "sh", noRun: false }, until: "it is up" };
    const code = "echo it is up >&2; read -r _ < <(tail -f /dev/null)";
    const outcome = await runBlock(
      { ...block, code },
      { cwd: tmpdir(), env: process.env },
      background,
    );
    for (const { pid } of background) process.kill(-pid, "SIGKILL");
    assert.equal((outcome as { passed: number }).passed, 1);
  });

  it("ends with 0 when all pass", () => {
    const { status, last } = run("passes.mjs");
    assert.equal(last, "2 passed, 0 failed, 1 skipped");
    assert.equal(status, 0);
  });
});

/** The scripts are plain JavaScript, outside of dist/. */
async function script<Exports>(name: string): Promise<Exports> {
  return (await import(pathToFileURL(join(root, name)).href)) as Exports;
}

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}

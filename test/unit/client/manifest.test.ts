import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { UserError } from "../../../client/index.ts";
import { loadManifest } from "../../../client/manifest/file.ts";
import { definitionHash, definitionOf } from "../../../client/manifest/release.ts";
import type { Manifest } from "../../../client/manifest/manifest.ts";

function load(yaml: string): Manifest {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "manifest-")), "service.yml");
  fs.writeFileSync(file, yaml);
  return loadManifest(file);
}

function fault(yaml: string): string {
  try {
    load(yaml);
  } catch (error) {
    if (error instanceof UserError && error.code === "E4011") return error.what;
    throw error;
  }
  return "accepted";
}

const smallest = `
sid: hello
version: "1.0.0"
http: { url: "http://127.0.0.1:8080" }
tasks:
  greet: {}
`;

describe("client: service.yml", () => {
  it("needs a name, a version, a URL and a task, and fills in the rest", () => {
    const manifest = load(smallest);
    assert.equal(manifest.minBond, 1_000_000n);
    const [task] = manifest.tasks;
    assert.deepEqual(task?.runner, {
      ...{
        kind: "http",
        url: "http://127.0.0.1:8080",
        method: "POST",
        path: "/greet",
        body: "input",
      },
      ...{ headers: new Map(), output: "", timeoutMs: 10_000 },
    });
  });

  it("keeps the bond at 1,000 x the highest price of a call", () => {
    const manifest = load(
      smallest.replace("{}", "{ price: { per_call: 5000, per_kib: 100 }, max_input: 2049 }"),
    );
    assert.equal(manifest.minBond, 1000n * (5000n + 300n));
  });

  it("sorts tasks by key, so that equal services have equal definitions", () => {
    const one = load(smallest.replace("greet: {}", "b: {}\n  a: {}"));
    const other = load(smallest.replace("greet: {}", "a: {}\n  b: {}"));
    assert.deepEqual(definitionHash(definitionOf(one)), definitionHash(definitionOf(other)));
  });

  it("names file, line and column, what was expected and what came", () => {
    const cases: [string, RegExp][] = [
      [
        smallest.replace('"1.0.0"', "1.10"),
        /^service\.yml:3:10 {2}version: expected text in quotes, got/,
      ],
      [
        smallest.replace("{}", "{ compare: exact }"),
        /service\.yml:6:\d+ {2}tasks\.greet\.compare: expected EXACT, FIELDS, got "exact"/,
      ],
      [
        smallest.replace("{}", "{ compare: FIELDS }"),
        /tasks\.greet\.fields: expected JSON pointers/,
      ],
      [smallest.replace("{}", "{ prize: 1 }"), /tasks\.greet\.prize: expected one of .*price/],
      [smallest.replace("{}", "{ http: { timeout: soon } }"), /timeout: expected a value like 10s/],
      [smallest.replace("{}", "{ price: { per_call: -1 } }"), /per_call: expected a whole number/],
      [smallest.replace(/http:.*/, ""), /url: expected the URL of the web service/],
      [smallest.replace(/sid:.*/, ""), /sid: expected the service's name, got nothing/],
      ["sid: [", /YAML/],
    ];
    for (const [yaml, expected] of cases) assert.match(fault(yaml), expected);
  });

  it("takes a program instead of a web service", () => {
    const manifest = load(
      smallest.replace("{}", "{ process: { command: [cat], timeout: 2s, memory: 64MiB } }"),
    );
    assert.deepEqual(manifest.tasks[0]?.runner, {
      kind: "process",
      command: ["cat"],
      timeoutMs: 2000,
      memoryBytes: 64 * 1024 * 1024,
    });
  });
});

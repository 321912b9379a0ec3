import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { Metrics } from "../../../app/appMetrics.ts";
import { commands } from "../../../cli/commands/index.ts";
import { packageRoot } from "../../../cli/home/programs.ts";
import { errorTable } from "../../../client/errors/index.ts";
import { makeMetrics } from "../../../executor/metrics.ts";
import { Command } from "commander";

const read = (...parts: string[]): string =>
  fs.readFileSync(path.join(packageRoot, ...parts), "utf8");
const registries = [new Metrics("x", "1").registry, makeMetrics("x").registry];

describe("docs/METRICS.md", () => {
  it("has a row for every figure of app and executor, and for no other", async () => {
    const all = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
    const rows = all
      .flat()
      .map(({ name, type, help }) => `| \`${name}\` | ${String(type)} | ${help} |`);
    const written = read("docs", "METRICS.md").split("\n");
    assert.deepEqual(
      written.filter((line) => line.startsWith("| `assay_")),
      rows,
    );
    assert.ok(rows.length > 20);
  });

  it("names end in a unit where they have one, and begin with assay_", async () => {
    for (const registry of registries) {
      for (const { name, type } of await registry.getMetricsAsJSON()) {
        assert.match(name, /^assay_[a-z_]+$/);
        if (String(type) === "counter") assert.match(name, /_total$/);
        if (String(type) === "histogram") assert.match(name, /_seconds$/);
      }
    }
  });
});

describe("docs/OPERATORS.md", () => {
  const guide = read("docs", "OPERATORS.md");

  it("says of each alert what it means and what to do", async () => {
    const rules = read("packaging", "prometheus", "alerts.yml");
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const rows = [...guide.matchAll(/^\| (Assay\w+) \| [^|]{10,} \| [^|]{10,} \|$/gm)];
    assert.deepEqual(
      rows.map(([, name]) => name),
      alerts,
    );
    const all = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
    const known = new Set(all.flat().map(({ name }) => name));
    for (const [name] of rules.matchAll(/\bassay_[a-z_]+/g))
      assert.ok(known.has(name.replace(/_bucket$/, "")), name);
  });

  it("says of each line of level error or fatal what to do", () => {
    const beginnings = [
      ...["app/main.ts", "executor/log.ts", "executor/postSender.ts", "executor/runs.ts"].flatMap(
        (file) =>
          [
            ...read(file).matchAll(/log(?:\.(?:error|fatal)|\[level\])\([^;]*?"([^"]+)",?\s*\)/g),
          ].map(([, text]) => text ?? ""),
      ),
      ...["app/app.ts", "app/tx/deliver.ts", "app/proposal/prepare.ts", "core/due.ts"].flatMap(
        (file) =>
          [...read(file).matchAll(/alarms\.push\(\s*["`]([a-z ]+)/g)].map(([, text]) => text ?? ""),
      ),
    ];
    assert.ok(beginnings.length >= 10, beginnings.join(" · "));
    const table = guide.slice(guide.indexOf("Lines of level error"));
    for (const text of beginnings) {
      const words = text.replace(/ (?:failed|parked)$/, "").trim();
      assert.ok(table.includes(`| \`${words}`), `no row for: ${words}`);
    }
  });

  it("names only commands, flags and error codes that exist", () => {
    for (const [code] of guide.matchAll(/\bE\d{4}\b/g)) assert.ok(code in errorTable, code);
    const program = new Command("assay");
    for (const register of commands)
      register(program, () => {
        throw new Error("nothing runs");
      });
    const shell = [...guide.matchAll(/^```sh.*\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? "");
    const lines = shell.join("\n").replaceAll("\\\n", " ").split(/\n|; /);
    const calls = lines.flatMap((line) => {
      const [, words] = /(?:^ *|npx |-u assay )assay ((?:[a-z-]+ ?)+)/.exec(line) ?? [];
      return words === undefined ? [] : [{ words: words.trim().split(" "), line }];
    });
    assert.ok(calls.length > 15, `calls: got ${calls.length}`);
    for (const { words, line } of calls) {
      let at = program;
      for (const word of words) at = at.commands.find((one) => one.name() === word) ?? at;
      assert.notEqual(at, program, line);
      const global = ["--home", "--node", "--passphrase-file", "--keyring-backend", "--chain-id"];
      const own = new Set([...at.options.map(({ long }) => long), ...global]);
      for (const [flag] of line.slice(line.indexOf("assay")).matchAll(/(?<=\s)--[a-z-]+/g))
        assert.ok(own.has(flag), `${flag} in: ${line}`);
    }
  });
});

describe("packaging/systemd", () => {
  const units = ["assay.service", "assay-executor.service"];

  for (const unit of units) {
    const text = read("packaging", "systemd", unit);
    const value = (name: string): string | undefined =>
      new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1];

    it(`${unit}: ends in order, restarts, and leaves time for the drain`, () => {
      assert.equal(value("KillMode"), "mixed");
      assert.equal(value("Restart"), "on-failure");
      // The supervisor gives CometBFT and the app 15 s each.
      assert.ok(Number(value("TimeoutStopSec")) >= 2 * 15 + 10);
      assert.equal(value("LimitNOFILE"), "65535");
    });

    it(`${unit}: runs as its own user, with nothing that it does not need`, () => {
      assert.ok(!["root", "", undefined].includes(value("User")));
      for (const name of ["NoNewPrivileges", "ProtectHome", "PrivateTmp", "RestrictNamespaces"])
        assert.equal(value(name), "yes", name);
      assert.equal(value("ProtectSystem"), "strict");
      assert.equal(value("CapabilityBoundingSet"), "");
      assert.equal(value("UMask"), "0077");
      assert.equal(value("MemoryDenyWriteExecute"), undefined, "Node compiles while it runs");
    });

    const found = spawnSync("systemd-analyze", ["--version"]).status === 0;
    const skip = found ? false : "no systemd-analyze";
    it(`${unit}: systemd-analyze verify has nothing to say`, { skip }, () => {
      assert.deepEqual(verify(text), []);
      assert.match(verify(text.replace("KillMode", "KilMode")).join(), /KilMode/);
    });

    function verify(content: string): string[] {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-unit-"));
      const file = path.join(folder, unit);
      // The program and the user are there only after an installation.
      const user = os.userInfo().username;
      const here = content
        .replace("/usr/local/bin/assay", process.execPath)
        .replace(/^(User|Group)=.*$/gm, (_, name: string) =>
          name === "User" ? `User=${user}` : "",
        );
      fs.writeFileSync(file, here);
      const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], {
        encoding: "utf8",
      });
      fs.rmSync(folder, { recursive: true });
      return (stdout + stderr).split("\n").filter((line) => line.includes(unit));
    }
  }
});

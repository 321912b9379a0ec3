// ESLint, prettier, and the types of core and modules, which the build compiles with Node's types.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { sizes } from "./tidy/sizes.mjs";

const root = join(import.meta.dirname, "..");

function run(tool, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules", tool), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("close", (code) => resolve({ code, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

async function eslint() {
  const args = ["--max-warnings", "0", "--format", "json", "."];
  const { code, output } = await run("eslint/bin/eslint.js", args);
  if (code > 1) return [failure("eslint", "", output)];
  return JSON.parse(output).flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) =>
      failure(`eslint ${ruleId ?? ""}`, `${filePath.slice(root.length + 1)}:${line}`, message),
    ),
  );
}

async function prettier() {
  const { code, output } = await run("prettier/bin/prettier.cjs", ["--list-different", "."]);
  const failures = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => failure("prettier", line, "npx prettier --write would change it"));
  return code === 0 || failures.length > 0 ? failures : [failure("prettier", "", output)];
}

async function kernelTypes() {
  const args = ["-p", "core/tsconfig.json", "--pretty", "false"];
  const { code, output } = await run("typescript/bin/tsc", args);
  const failures = output
    .split("\n")
    .filter((line) => line.includes("error TS"))
    .map((line) => failure("types without Node", line.replace(/\((\d+),.*$/, ":$1"), line));
  return code === 0 || failures.length > 0 ? failures : [failure("tsc", "", output)];
}

function failure(name, at, error) {
  return { name, at, error };
}

/** Each problem counts as a failure; nothing counts as a passed test. */
export async function runLint() {
  const formatThenTypes = async () => [...(await prettier()), ...(await kernelTypes())];
  const failures = (await Promise.all([eslint(), formatThenTypes()])).flat();
  return {
    passed: 0,
    failed: failures.length,
    skipped: 0,
    failures,
    reasons: [],
    text: `${failures.length} problems`,
    notes: sizes(root),
  };
}

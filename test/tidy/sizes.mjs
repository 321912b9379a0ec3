// Sizes are aims (STYLE 7, rule 17): printed, never a failure.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { filesUnder } from "./files.mjs";

const folders = ["core", "modules", "app", "client", "executor", "solo", "cli", "test"];
const longFunction = 70;

function lineCount(file) {
  return file.getLineStarts().length - 1;
}

function longFunctions(file) {
  let found = 0;
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line;
  const visit = (node) => {
    const length = lineOf(node.end) - lineOf(node.getStart(file)) + 1;
    // A describe's callback is a table of contents, not a function to read through.
    const isSuite = ts.isArrowFunction(node) && ts.isCallExpression(node.parent);
    if (ts.isFunctionLike(node) && !isSuite && length > longFunction) found++;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The value that `share` of the sorted counts do not exceed. */
function quantile(counts, share) {
  return counts[Math.min(counts.length - 1, Math.floor(counts.length * share))] ?? 0;
}

/** One line a folder. */
export function sizes(root) {
  return folders.flatMap((folder) => {
    const files = filesUnder(root, folder)
      .filter((name) => name.endsWith(".ts") && !name.includes("/fixtures/"))
      .map((name) => readFileSync(join(root, name), "utf8"))
      .map((text) => ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true));
    if (files.length === 0) return [];
    const counts = files.map(lineCount).sort((a, b) => a - b);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const long = files.reduce((sum, file) => sum + longFunctions(file), 0);
    const disabled = files.filter((file) => file.text.includes("eslint-disable")).length;
    return [
      `${folder}: ${files.length} files, ${total} lines, median ${quantile(counts, 0.5)}, p95 ${quantile(counts, 0.95)}, ` +
        `${long} functions over ${longFunction} lines, ${disabled} files that disable a rule`,
    ];
  });
}

import fs from "node:fs";
import path from "node:path";
import { largestCosts } from "./profile.ts";
import { noResultOf, root, round, sizesOf, storedLines, type Line } from "./harness.ts";

const begin = "<!-- measured: begin -->";
const end = "<!-- measured: end -->";
const page = path.join(root, "docs/PERFORMANCE.md");

/** What figures were called before: the last line of a figure counts under any of its names. */
const formerly: Readonly<Record<string, string>> = {
  "request to result": "request to result, p50 / p99 / most",
  "request sent to result read": "request sent to result read, p50 / p99 / most",
};

/** The last line of each figure that has a bar or stands beside one, in the order of their ids. */
function lastLines(): Line[] {
  const last = new Map<string, Line>();
  for (const line of storedLines()) {
    if (line.bar === undefined && line.beside !== true && !line.what.startsWith(largestCosts))
      continue;
    last.set(`${line.id} ${formerly[line.what] ?? line.what} ${sizesOf(line)}`, line);
  }
  // What has no number of PERFORMANCE 8 comes last.
  const number = ({ id }: Line): number => (/^G\d/.test(id) ? Number(id.slice(1)) : 99);
  return [...last.values()].sort((a, b) => number(a) - number(b));
}

function rowOf(line: Line): string {
  const { id, what, unit, value, params = {}, bar, revision, date, load } = line;
  const shown = Array.isArray(value) ? value.map(round).join(" / ") : round(value as number);
  const details = Object.entries(params).map(([name, one]) => `${name} ${one}`);
  const when = `${revision}, ${date.slice(0, 10)}, load ${round(load)}`;
  if (what.startsWith(largestCosts))
    return `| ${id} | ${what}: ${details.join(", ")} | | | | ${when} |`;
  const none = noResultOf(line);
  const missed = none === undefined ? "**missed**" : `**${none}**`;
  const verdict = none === undefined && bar?.holds === true ? "holds" : missed;
  const cells = [id, `${what} (${details.join(", ")})`, `${shown} ${unit}`];
  cells.push(bar?.asks ?? "none", bar === undefined ? "" : verdict);
  return `| ${[...cells, when].join(" | ")} |`;
}

/** Writes the table of docs/PERFORMANCE.md from results.jsonl: what was not measured is not in it. */
export function writeTable(): void {
  const text = fs.readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page}: expected ${begin} and ${end}, got none`);
  const table = [
    "| id | what | measured (min / median / max) | bar | verdict | revision |",
    "|---|---|---|---|---|---|",
    ...lastLines().map(rowOf),
  ];
  const before = text.slice(0, from + begin.length);
  fs.writeFileSync(page, `${before}\n${table.join("\n")}\n${text.slice(to)}`);
}

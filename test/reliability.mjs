// docs/RELIABILITY.md: the table of what the last whole and green run of `npm test` tried.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const page = join(import.meta.dirname, "..", "docs", "RELIABILITY.md");
const begin = "<!-- tried: begin -->";
const end = "<!-- tried: end -->";

export function writeReliability({ facts, seed, commit }) {
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page}: expected ${begin} and ${end}, got none`);
  const lines = [
    `Seed ${seed}, commit ${commit}, Node ${process.version}: \`npm test -- --seed ${seed}\``,
    "",
    "| what | how many |",
    "|---|---|",
    ...facts.map(([name, value]) => `| ${name} | ${value} |`),
  ];
  const before = text.slice(0, from + begin.length);
  writeFileSync(page, `${before}\n\n${lines.join("\n")}\n\n${text.slice(to)}`);
}

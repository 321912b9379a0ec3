// docs/RELIABILITY.md: the table of what the last whole and green run of `npm test` tried.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const page = join(import.meta.dirname, "..", "docs", "RELIABILITY.md");
const begin = "<!-- tried: begin -->";
const end = "<!-- tried: end -->";

/** Facts named `group: kind` make one row with their sum and how many kinds there are, in place of the first of them. */
export function grouped(facts) {
  const groups = new Map();
  for (const [name, value] of facts) {
    const cut = name.indexOf(": ");
    const group = cut < 0 ? name : name.slice(0, cut);
    const { total, kinds } = groups.get(group) ?? { total: 0, kinds: [] };
    const more = cut < 0 ? [] : [[name.slice(cut + 2), value]];
    groups.set(group, { total: total + value, kinds: [...kinds, ...more] });
  }
  return [...groups].map(([name, group]) => ({ name, ...group }));
}

/** `1,234 of 5 kinds` */
export function textOf({ total, kinds }) {
  const number = total.toLocaleString("en-US");
  return kinds.length < 2 ? number : `${number} of ${kinds.length} kinds`;
}

export function writeReliability({ facts, seed, commit, minutes, soaked }) {
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page}: expected ${begin} and ${end}, got none`);
  const groups = grouped(facts);
  const lines = [
    `Seed ${seed}, commit ${commit}, Node ${process.version}, ${minutes} minutes on ${cpus().length} cores: \`npm test -- --seed ${seed}\``,
    "",
    ...(soaked === undefined ? [] : [soaked, ""]),
    "| what | how many |",
    "|---|---|",
    ...groups.map((group) => `| ${group.name} | ${textOf(group)} |`),
    ...groups.filter(({ kinds }) => kinds.length > 0).flatMap(kindsOf),
  ];
  const before = text.slice(0, from + begin.length);
  writeFileSync(page, `${before}\n\n${lines.join("\n")}\n\n${text.slice(to)}`);
}

function kindsOf({ name, kinds }) {
  const list = kinds.map(([kind, value]) => `${kind} ${value.toLocaleString("en-US")}`);
  return ["", `**${name}**: ${list.join(" · ")}`];
}

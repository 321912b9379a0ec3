import { parse } from "smol-toml";

export type TomlValue = string | number | boolean | readonly string[];

const TABLE = /^\s*\[\s*([A-Za-z0-9_.-]+)\s*\]\s*(?:#.*)?$/;
const ASSIGNMENT = /^(\s*([A-Za-z0-9_-]+)\s*=)(.*)$/;

/**
 * Sets values by the name `section.key` (or `key` before the first section) and leaves every other
 * character as it stands: the comments of a configuration are its manual. What is not there yet is
 * added at the end of its section.
 */
export function editToml(text: string, edits: Readonly<Record<string, TomlValue>>): string {
  const wanted = new Map(Object.entries(edits));
  const missing = new Map(wanted);
  const lines: string[] = [];
  let section = "";
  for (const line of text.split("\n")) {
    const table = TABLE.exec(line)?.[1];
    if (table !== undefined) {
      addMissing(lines, missing, section);
      section = table;
    }
    const [, head = "", key = "", rest = ""] = ASSIGNMENT.exec(line) ?? [];
    const name = section === "" ? key : `${section}.${key}`;
    const value = key === "" ? undefined : wanted.get(name);
    missing.delete(value === undefined ? "" : name);
    lines.push(value === undefined ? line : `${head} ${literal(value)}${commentOf(name, rest)}`);
  }
  addMissing(lines, missing, section);
  for (const name of [...missing.keys()]) {
    const own = sectionOf(name);
    if (!missing.has(name)) continue;
    lines.push(`[${own}]`);
    addMissing(lines, missing, own);
  }
  const edited = lines.join("\n");
  requireValues(edited, wanted);
  return edited;
}

/** The comment after a value and the blanks before it; a # inside quotes belongs to the value. */
function commentOf(name: string, rest: string): string {
  const value = rest.trimStart();
  const open = value.startsWith("[") && !value.includes("]");
  if (open || value.startsWith('"""') || value.startsWith("'''")) {
    throw new Error(`${name}: expected a value on one line, got ${value}`);
  }
  let quote = "";
  for (let i = 0; i < rest.length; i++) {
    const letter = rest[i] ?? "";
    if (quote === "" && letter === "#") return rest.slice(rest.slice(0, i).trimEnd().length);
    if (quote === '"' && letter === "\\") i += 1;
    else if (letter === quote) quote = "";
    else if (quote === "" && (letter === '"' || letter === "'")) quote = letter;
  }
  return "";
}

function addMissing(lines: string[], missing: Map<string, TomlValue>, section: string): void {
  const added: string[] = [];
  for (const [name, value] of missing) {
    if (sectionOf(name) !== section) continue;
    added.push(`${name.slice(name.lastIndexOf(".") + 1)} = ${literal(value)}`);
    missing.delete(name);
  }
  // Before the blank lines that part this section from the next.
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === "") end -= 1;
  if (added.length > 0) lines.splice(end, 0, ...added);
}

function sectionOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

function literal(value: TomlValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object") return `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
  return String(value);
}

/** Line editing knows little of TOML; a parser says whether it did what it was asked to. */
function requireValues(text: string, wanted: ReadonlyMap<string, TomlValue>): void {
  const document: unknown = parse(text);
  for (const [name, value] of wanted) {
    let found = document;
    for (const part of name.split(".")) {
      const inner: unknown = isTable(found) ? found[part] : undefined;
      found = inner;
    }
    if (JSON.stringify(found) !== JSON.stringify(value)) {
      throw new Error(`${name}: expected ${literal(value)}, got ${JSON.stringify(found)}`);
    }
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

import fs from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { userError } from "../errors/index.ts";
import { readManifest, type Manifest } from "./manifest.ts";

/** Reads a service.yml; faults name file:line:column. */
export function loadManifest(file: string): Manifest {
  return parseManifest(fs.readFileSync(file, "utf8"), path.basename(file));
}

/** A manifest is data of a few pages: what is larger or deeper was not written by a person. */
const maxCharacters = 1_048_576;

export function parseManifest(text: string, name: string): Manifest {
  if (text.length > maxCharacters) {
    throw notYaml(name, `at most ${maxCharacters} characters`, `${text.length}`);
  }
  const lines = new LineCounter();
  const document = parsed(name, () =>
    parseDocument(text, { lineCounter: lines, intAsBigInt: true, logLevel: "error" }),
  );
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw notYaml(`${name}:${line}:${col}`, "YAML", fault.message.split("\n")[0] ?? "");
  }
  // Twenty aliases are more than any manifest has; without a limit nine lines make gigabytes.
  const root = parsed(name, () => document.toJS({ maxAliasCount: 20 }) as unknown);
  return readManifest(root, (at) => {
    const node = document.getIn(at, true);
    const offset =
      typeof node === "object" && node !== null && "range" in node
        ? (node.range as number[] | undefined)?.[0]
        : undefined;
    if (offset === undefined) return name;
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  });
}

function notYaml(field: string, expected: string, actual: string): Error {
  return userError("E4011", { field, expected, actual });
}

/** The parser throws for aliases of nothing and for too many levels; both are faults of the file. */
function parsed<T>(name: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw notYaml(name, "YAML", error instanceof Error ? error.message : String(error));
  }
}

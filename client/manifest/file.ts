import fs from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { userError } from "../errors/index.ts";
import { readManifest, type Manifest } from "./manifest.ts";

/** Reads a service.yml; faults name file:line:column. */
export function loadManifest(file: string): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(fs.readFileSync(file, "utf8"), {
    lineCounter: lines,
    intAsBigInt: true,
  });
  const [fault] = document.errors;
  const name = path.basename(file);
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw userError("E4011", {
      field: `${name}:${line}:${col}`,
      expected: "YAML",
      actual: fault.message.split("\n")[0] ?? "",
    });
  }
  return readManifest(document.toJS(), (at) => {
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

import { compareBytes, utf8Encode } from "../../core/bytes.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The one writer of genesis files: keys in byte order, no white space but line ends and indents. */
export function canonicalJson(value: Json, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item) => inner + canonicalJson(item, inner));
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (value === null || typeof value !== "object") return scalar(value);
  const keys = Object.keys(value).sort((a, b) => compareBytes(utf8Encode(a), utf8Encode(b)));
  if (keys.length === 0) return "{}";
  const members = keys.map(
    (key) => `${inner}${JSON.stringify(key)}: ${canonicalJson(value[key] as Json, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}

/** What JSON would change in silence is refused: NaN to null, -0 to 0, digits beyond 2^53 (THREATS D10). */
function scalar(value: string | number | boolean | null): string {
  const kept =
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    (Number.isSafeInteger(value) && !Object.is(value, -0));
  if (!kept) throw new TypeError(`genesis: expected text or a safe integer, got ${String(value)}`);
  return JSON.stringify(value);
}

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
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort((a, b) => compareBytes(utf8Encode(a), utf8Encode(b)));
  if (keys.length === 0) return "{}";
  const members = keys.map(
    (key) => `${inner}${JSON.stringify(key)}: ${canonicalJson(value[key] ?? null, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}

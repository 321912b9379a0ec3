import type { JsonValue } from "@bufbuild/protobuf";

/** Text form of a JSON answer: YAML-like, one field a line, as the SDK's CLI prints. */
export function printYaml(value: JsonValue, indent = ""): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}[]`;
    return value.map((one) => `${indent}- ${printYaml(one, `${indent}  `).trimStart()}`).join("\n");
  }
  if (value === null || typeof value !== "object") return `${indent}${scalar(value)}`;
  const lines = Object.entries(value).map(([name, member]) => {
    if (member !== null && typeof member === "object" && Object.keys(member).length > 0) {
      return `${indent}${name}:\n${printYaml(member, `${indent}  `)}`;
    }
    return `${indent}${name}: ${member !== null && typeof member === "object" ? (Array.isArray(member) ? "[]" : "{}") : scalar(member)}`;
  });
  return lines.join("\n");
}

function scalar(value: string | number | boolean | null): string {
  return value === "" ? '""' : String(value);
}

/** "10ASSAY", "10.5ASSAY" or "10500000uassay" in base units; undefined for anything else. */
export function parseCoinAmount(text: string): bigint | undefined {
  const base = /^(\d{1,30})uassay$/.exec(text);
  if (base !== null) return BigInt(base[1] ?? "0");
  const display = /^(\d{1,24})(?:\.(\d{1,6}))?ASSAY$/.exec(text);
  if (display === null) return undefined;
  return BigInt(display[1] ?? "0") * 1_000_000n + BigInt((display[2] ?? "").padEnd(6, "0"));
}

/** Base units for people: "10 ASSAY", "0.0025 ASSAY". */
export function formatAssay(amount: bigint): string {
  const text = amount.toString().padStart(7, "0");
  let end = text.length;
  while (end > text.length - 6 && text[end - 1] === "0") end--;
  const decimals = text.slice(text.length - 6, end);
  return `${text.slice(0, -6)}${decimals === "" ? "" : `.${decimals}`} ASSAY`;
}

const units: Readonly<Record<string, bigint>> = {
  s: 1_000n,
  m: 60_000n,
  min: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
};

/** "30d", "12h", "60s" in ms; undefined for anything else. */
export function parseDuration(text: string): bigint | undefined {
  const found = /^(\d{1,6})(s|m|min|h|d)$/.exec(text);
  const unit = units[found?.[2] ?? ""];
  return found === null || unit === undefined ? undefined : BigInt(found[1] ?? "0") * unit;
}

/** For a terminal that shows colours; plain text anywhere else. */
export function yellow(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const plain = !process.stderr.isTTY || env["CI"] === "true" || (env["NO_COLOR"] ?? "") !== "";
  return plain ? text : `\u001b[33m${text}\u001b[0m`;
}

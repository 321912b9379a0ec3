import { userError } from "../../client/errors/index.ts";

/** What the supervisor understands of the app's output: one JSON object a line. */
export type AppLine =
  | { readonly kind: "ready"; readonly height: bigint }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly what: string;
      readonly fix: readonly string[];
    }
  | { readonly kind: "error"; readonly text: string; readonly fatal: boolean }
  | { readonly kind: "other" };

const ERROR_LEVEL = 50;
const FATAL_LEVEL = 60;
const END_WAS_SET = /\bhalt-height: expected no block after (\d+)$/;

export function readAppLine(line: string): AppLine {
  const fields = parseObject(line);
  if (fields === undefined) return { kind: "other" };
  if (fields["ready"] === true && isDecimal(fields["height"])) {
    return { kind: "ready", height: BigInt(fields["height"]) };
  }
  if (!isError(fields["level"])) return { kind: "other" };
  const message = textOf(fields["msg"]);
  if (typeof fields["code"] === "string" && /^E\d{4}$/.test(fields["code"])) {
    const fix = Array.isArray(fields["fix"]) ? fields["fix"].map(textOf) : [];
    return { kind: "refused", code: fields["code"], what: message, fix };
  }
  const cause = isObject(fields["err"]) ? textOf(fields["err"]["message"]) : "";
  const both = cause === "" || cause === message ? message : `${message}: ${cause}`;
  const fatal = fields["level"] === "fatal" || Number(fields["level"]) >= FATAL_LEVEL;
  const height = fatal ? END_WAS_SET.exec(both)?.[1] : undefined;
  if (height !== undefined) {
    const { code, what, fix } = userError("E1439", { height });
    return { kind: "refused", code, what, fix };
  }
  return { kind: "error", text: both === "" ? line : both, fatal };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // a line of a stack or of another program
  }
}

function isError(level: unknown): boolean {
  return typeof level === "number" ? level >= ERROR_LEVEL : level === "error" || level === "fatal";
}

function isDecimal(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,20}$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

import { compareAscii, concatBytes, u64Bytes, utf8Encode } from "../../core/bytes.ts";
import { BugError } from "../../core/errors.ts";
import { parseDecimal } from "../../core/math/integers.ts";
import { isDigit } from "./names.ts";

// semver 2.0.0 without build metadata, by loops: no regular expressions in the state machine.

/** Numbers are bigint, other pre-release identifiers text; `pre` is empty for a stable version. */
export type Version = {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly pre: readonly (bigint | string)[];
};

export const maxVersionLength = 64;
/** So that a number fits a u64 key and every language's exact integers. */
const maxNumberLength = 15;

function parseNumber(text: string): bigint | undefined {
  return text.length > maxNumberLength ? undefined : parseDecimal(text);
}

function isAllDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return text.length > 0;
}

function isIdentifier(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
    if (!letter && !isDigit(code) && code !== 45) return false;
  }
  return text.length > 0;
}

function parsePre(text: string): (bigint | string)[] | undefined {
  const parts: (bigint | string)[] = [];
  for (const part of text.split(".")) {
    const value = isAllDigits(part) ? parseNumber(part) : isIdentifier(part) ? part : undefined;
    if (value === undefined) return undefined;
    parts.push(value);
  }
  return parts;
}

/** undefined for anything but a canonical version of at most 64 characters. */
export function parseVersion(text: string): Version | undefined {
  if (text.length > maxVersionLength) return undefined;
  const dash = text.indexOf("-");
  const [major, minor, patch, ...rest] = numbersOf(dash < 0 ? text : text.slice(0, dash));
  const pre = dash < 0 ? [] : parsePre(text.slice(dash + 1));
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (rest.length > 0 || pre === undefined) return undefined;
  return { major, minor, patch, pre };
}

export function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

function numbersOf(text: string): (bigint | undefined)[] {
  return text.split(".").map(parseNumber);
}

/** "1" or "1.2": the line that begins with these numbers; undefined for anything else. */
export function parseLine(text: string): bigint[] | undefined {
  const numbers = numbersOf(text);
  const line = numbers.filter((number) => number !== undefined);
  return line.length === numbers.length && line.length <= 2 ? line : undefined;
}

/** Negative, 0 or positive by semver precedence (semver.org 11). */
export function compareVersions(a: string, b: string): number {
  return compareParsed(requireVersion(a), requireVersion(b));
}

function requireVersion(text: string): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new BugError(`version: expected semver, got "${text}"`);
  return version;
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareParsed(a: Version, b: Version): number {
  for (const part of ["major", "minor", "patch"] as const) {
    const order = compareNumbers(a[part], b[part]);
    if (order !== 0) return order;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (const [i, left] of a.pre.entries()) {
    const right = b.pre[i];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.pre.length - b.pre.length;
}

/** Numbers before text. */
function compareIdentifiers(a: bigint | string, b: bigint | string): number {
  if (typeof a === "bigint") return typeof b === "bigint" ? compareNumbers(a, b) : -1;
  return typeof b === "bigint" ? 1 : compareAscii(a, b);
}

/**
 * Bytes whose order is precedence, with all stable versions above all pre-releases: the last one under a prefix is
 * what a line resolves to.
 */
export function rankOf(text: string): Uint8Array {
  const { major, minor, patch, pre } = requireVersion(text);
  return concatBytes(rankPrefix(pre.length === 0, [major, minor, patch]), ...pre.map(rankPart));
}

export function rankPrefix(stable: boolean, numbers: readonly bigint[]): Uint8Array {
  return concatBytes(Uint8Array.of(stable ? 2 : 1), ...numbers.map(u64Bytes));
}

/** Number below text; a zero byte ends text, so that a prefix comes first. */
function rankPart(part: bigint | string): Uint8Array {
  return typeof part === "bigint"
    ? concatBytes(Uint8Array.of(1), u64Bytes(part))
    : concatBytes(Uint8Array.of(2), utf8Encode(part), Uint8Array.of(0));
}

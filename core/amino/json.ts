import { compareAscii } from "../bytes.ts";
import { unsignable } from "./errors.ts";

/** What an amino document is made of; numbers are whole, and larger ones are texts. */
export type AminoValue =
  string | number | boolean | readonly AminoValue[] | { readonly [key: string]: AminoValue };

const hexDigits = "0123456789abcdef";
const shortEscapes: readonly (readonly [number, string])[] = [
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
];

/** Keys in byte order, no white space, `&`, `<` and `>` escaped: the text that every wallet signs (WIRE.md 8). */
export function canonicalJson(value: AminoValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => compareAscii(a, b));
  return `{${entries.map(([key, own]) => `${quoted(key)}:${canonicalJson(own)}`).join(",")}}`;
}

function isList(value: object): value is readonly AminoValue[] {
  return Array.isArray(value);
}

function quoted(text: string): string {
  let out = '"';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isEscaped(code)) continue;
    out += text.slice(from, at) + escaped(code);
    from = at + 1;
  }
  return `${out}${text.slice(from)}"`;
}

function isEscaped(code: number): boolean {
  if (code >= 0x40) return code === 0x5c || code === 0x2028 || code === 0x2029;
  return code < 0x20 || code === 0x22 || code === 0x26 || code === 0x3c || code === 0x3e;
}

function escaped(code: number): string {
  // Go escapes these two and JavaScript does not: wallets would sign different texts.
  if (code === 0x2028 || code === 0x2029)
    throw unsignable("text: expected no U+2028 and no U+2029, got one");
  const short = shortEscapes.find(([own]) => own === code);
  if (short !== undefined) return short[1];
  return `\\u00${hexDigits.charAt(code >> 4)}${hexDigits.charAt(code & 15)}`;
}

import { utf8Encode, compareBytes } from "../../core/bytes.ts";

/** JSON whose numbers keep the text that they were written in: 1.10 stays 1.10, 2^53 + 1 stays itself. */
export type JsonValue =
  | null
  | boolean
  | string
  | { readonly number: string }
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>;

const maxDepth = 64;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const stringText = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blank = /[ \t\n\r]*/y;

/** Throws a SyntaxError for anything that RFC 8259 does not allow, for doubled keys and beyond 64 levels. */
export function parseJson(text: string): JsonValue {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const fail = (expected: string): never => {
    throw new SyntaxError(
      `JSON at character ${at}: expected ${expected}, got "${text.slice(at, at + 20)}"`,
    );
  };
  const expect = (literal: string): void => {
    if (!text.startsWith(literal, at)) fail(`"${literal}"`);
    at += literal.length;
  };
  const key = (): string => {
    const found = take(stringText) ?? fail("a string");
    return JSON.parse(found) as string;
  };
  function members(depth: number): ReadonlyMap<string, JsonValue> {
    const map = new Map<string, JsonValue>();
    expect("{");
    take(blank);
    if (text[at] === "}") return (at++, map);
    for (;;) {
      take(blank);
      const name = key();
      if (map.has(name)) fail(`no second key "${name}"`);
      take(blank);
      expect(":");
      map.set(name, value(depth + 1));
      take(blank);
      if (text[at] === "}") return (at++, map);
      expect(",");
    }
  }
  function items(depth: number): JsonValue[] {
    const list: JsonValue[] = [];
    expect("[");
    take(blank);
    if (text[at] === "]") return (at++, list);
    for (;;) {
      list.push(value(depth + 1));
      take(blank);
      if (text[at] === "]") return (at++, list);
      expect(",");
    }
  }
  function value(depth: number): JsonValue {
    if (depth > maxDepth) fail(`at most ${maxDepth} levels`);
    take(blank);
    switch (text[at]) {
      case "{":
        return members(depth);
      case "[":
        return items(depth);
      case '"':
        return key();
      case "t":
        return (expect("true"), true);
      case "f":
        return (expect("false"), false);
      case "n":
        return (expect("null"), null);
      default:
        return { number: take(numberText) ?? fail("a value") };
    }
  }
  const result = value(0);
  take(blank);
  if (at !== text.length) fail("the end");
  return result;
}

/** No white space, keys by their UTF-8 bytes, strings with the fewest escapes, numbers as they were written. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if ("number" in value) return value.number;
  const members = [...value].map(([name, member]) => [utf8Encode(name), name, member] as const);
  members.sort(([a], [b]) => compareBytes(a, b));
  return `{${members.map(([, name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** RFC 6901; undefined where nothing is. */
export function atPointer(value: JsonValue, pointer: string): JsonValue | undefined {
  if (pointer === "") return value;
  let current: JsonValue | undefined = value;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (current === null || typeof current !== "object") return undefined;
    if (isList(current))
      current = /^(?:0|[1-9]\d*)$/.test(name) ? current[Number(name)] : undefined;
    else current = "number" in current ? undefined : current.get(name);
    if (current === undefined) return undefined;
  }
  return current;
}

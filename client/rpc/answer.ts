import { fromBase64 } from "@cosmjs/encoding";
import { RpcMalformed } from "./errors.ts";

// CometBFT's RPC is another's machine (THREATS C12): what it says is looked at before it is used.

type Fields = Readonly<Record<string, unknown>>;

/** The largest answer that a node gives: a block of 4 MiB in base64 with its results. */
export const maxAnswerBytes = 64 * 1024 * 1024;

/** A JSON object; an absent one is an empty one where `optional`. */
export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RpcMalformed(name, "an object", value);
}

export function listOf(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new RpcMalformed(name, "a list", value);
}

/** "" where nothing is. */
export function textOf(value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw new RpcMalformed(name, "text", value);
}

/** 0 where nothing is. */
export function codeOf(value: unknown, name: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new RpcMalformed(name, "a whole number", value);
}

/** An int64 as text, or 0 where nothing is. */
export function heightOf(value: unknown, name: string): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === "string" && /^-?\d{1,19}$/.test(value)) return BigInt(value);
  throw new RpcMalformed(name, "a decimal number as text", value);
}

/** No bytes where nothing is. */
export function base64Of(value: unknown, name: string): Uint8Array {
  const text = textOf(value, name);
  try {
    return fromBase64(text);
  } catch {
    throw new RpcMalformed(name, "base64", value);
  }
}

/** Bytes of one message, by whoever can read it. */
export function decodedOf<T>(name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  try {
    return read(bytes);
  } catch {
    throw new RpcMalformed(name, "its protobuf message", `${bytes.length} other bytes`);
  }
}

/** The body of a response as JSON, of so many bytes at most: an endless answer fills no memory. */
export async function jsonBody(response: Response, limit = maxAnswerBytes): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > limit) throw new RpcMalformed("answer", `at most ${limit} bytes`, "more");
    text += decoder.decode(bytes, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode()) as unknown;
  } catch {
    throw new RpcMalformed("answer", "JSON", text.slice(0, 40));
  }
}

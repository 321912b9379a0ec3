import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "../brand.ts";
import { concatBytes, u64Bytes, utf8Encode } from "../bytes.ts";
import { sha256 } from "./sha256.ts";

/** Strings enter as UTF-8, integers as 8 bytes big-endian (PROTOCOL 2). */
export type HashPart = string | bigint | Uint8Array;

function uvarint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) out.push((rest & 127) | 128);
  out.push(rest);
  return Uint8Array.from(out);
}

function bytesOf(part: HashPart): Uint8Array {
  if (typeof part === "string") return utf8Encode(part);
  return typeof part === "bigint" ? u64Bytes(part) : part;
}

/** H(tag, p1, .., pn) of PROTOCOL 2: every part length-prefixed, the tag "assay/v1/<name>" too. */
export function taggedHash(name: string, ...parts: readonly HashPart[]): Hash {
  const pieces: Uint8Array[] = [];
  for (const part of [`assay/v1/${name}`, ...parts]) {
    const bytes = bytesOf(part);
    pieces.push(uvarint(bytes.length), bytes);
  }
  return sha256(concatBytes(...pieces)) as Hash;
}

export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, message);
}

/** The same for many messages under one key, which is hashed once. */
export function hmacSha256With(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const keyed = hmac.create(nobleSha256, key);
  const scratch = keyed.clone();
  return (message) => keyed._cloneInto(scratch).update(message).digest();
}

import { BugError } from "./errors.ts";
import type { StoreKey } from "./store/kv.ts";

// The two globals that the kernel uses and that ES itself does not declare (core compiles without Node's types).
declare const TextDecoder: {
  new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ): { decode(bytes: Uint8Array): string };
};
declare const TextEncoder: { new (): { encode(text: string): Uint8Array } };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();
const hexDigits = "0123456789abcdef";

/** Throws a TypeError on bytes that are not UTF-8: the one place where text enters (THREATS D11). */
export function utf8Decode(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

export function utf8Encode(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Of digits and other plain text: the encoder's call costs more than such a text has characters. */
export function asciiEncode(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Negative, 0 or positive, by unsigned byte order; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexDigits.charAt(byte >> 4) + hexDigits.charAt(byte & 15);
  return text;
}

/** undefined unless the text is an even number of hex digits, of either case. */
export function fromHex(text: string): Uint8Array | undefined {
  if ((text.length & 1) !== 0) return undefined;
  const out = new Uint8Array(text.length >> 1);
  for (let i = 0; i < out.length; i++) {
    const high = hexValue(text.charCodeAt(2 * i));
    const low = hexValue(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return undefined;
    out[i] = (high << 4) | low;
  }
  return out;
}

function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}

/** 8 bytes, big-endian. */
export function u64Bytes(value: bigint): Uint8Array {
  // DataView would drop the high bits silently: two values would then have one hash.
  if (value < 0n || value > 0xffffffffffffffffn) {
    throw new BugError(`u64: expected 0..2^64-1, got ${value}`);
  }
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value);
  return out;
}

export function u64FromBytes(bytes: Uint8Array): bigint {
  if (bytes.length !== 8) throw new BugError(`u64: expected 8 bytes, got ${bytes.length}`);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
}

/** A hash as the number that it is, big-endian. */
export function u256FromBytes(bytes: Uint8Array): bigint {
  if (bytes.length !== 32) throw new BugError(`u256: expected 32 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32);
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  return (high << 128n) | (view.getBigUint64(16) << 64n) | view.getBigUint64(24);
}

/** The byte string of these bytes: one UTF-16 unit a byte (core/store/kv.ts). */
export function keyFromBytes(bytes: Uint8Array): StoreKey {
  // In one call: a flat string. Adding up one by one gives a rope, which each look-up in a Map has to flatten.
  // A spread would walk the iterator, five times as long.
  if (bytes.length <= 1_024)
    return Reflect.apply(String.fromCharCode, undefined, bytes) as StoreKey;
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text as StoreKey;
}

export function bytesFromKey(key: StoreKey): Uint8Array {
  const out = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i++) out[i] = key.charCodeAt(i);
  return out;
}

/** Byte order of byte strings and of ASCII text; unlike the default sort it says so. */
export function compareAscii(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

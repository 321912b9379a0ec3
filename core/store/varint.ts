/** Go's PutUvarint: plain LEB128. Values below 2^53, so that heights fit. Returns the offset after it. */
export function putUvarint(out: Uint8Array, at: number, value: number): number {
  if (value > 0xffffffff) return putBigUvarint(out, at, BigInt(value));
  let rest = value >>> 0;
  let offset = at;
  for (; rest > 127; rest >>>= 7) out[offset++] = (rest & 127) | 128;
  out[offset++] = rest;
  return offset;
}

function putBigUvarint(out: Uint8Array, at: number, value: bigint): number {
  let rest = value;
  let offset = at;
  for (; rest > 127n; rest >>= 7n) out[offset++] = Number(rest & 127n) | 128;
  out[offset++] = Number(rest);
  return offset;
}

/** Go's PutVarint of a value that is not negative: zig-zag doubles it. */
export function putVarint(out: Uint8Array, at: number, value: number): number {
  return value > 0x7fffffff
    ? putBigUvarint(out, at, BigInt(value) << 1n)
    : putUvarint(out, at, value * 2);
}

/** Bytes that putUvarint writes. */
export function uvarintLength(value: number): number {
  let length = 1;
  for (let limit = 128; value >= limit; limit *= 128) length++;
  return length;
}

/** Bytes that putVarint writes. */
export function varintLength(value: number): number {
  return uvarintLength(value * 2);
}

/** The bytes of putUvarint. */
export function uvarintBytes(value: number): Uint8Array {
  const out = new Uint8Array(10);
  return out.slice(0, putUvarint(out, 0, value));
}

export function varintBytes(value: number): Uint8Array {
  const out = new Uint8Array(10);
  return out.slice(0, putVarint(out, 0, value));
}

export type Varint = { readonly value: bigint; readonly next: number };

/** Reads one LEB128 of at most 10 bytes and 64 bits; undefined when cut off or too large. */
export function readUvarint(bytes: Uint8Array, at: number): Varint | undefined {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return value < 1n << 64n ? { value, next: at + i + 1 } : undefined;
  }
  return undefined;
}

/** Reads a zig-zag varint, which may be negative. */
export function readVarint(bytes: Uint8Array, at: number): Varint | undefined {
  const raw = readUvarint(bytes, at);
  if (raw === undefined) return undefined;
  const half = raw.value >> 1n;
  return { value: (raw.value & 1n) === 0n ? half : -half - 1n, next: raw.next };
}

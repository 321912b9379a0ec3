import type { FieldKind } from "./schema.ts";

/** The last number read, as two halves of 32 bits, and where the next byte is. */
export type Varint = { at: number; low: number; high: number };

/** Reads into `out`; undefined, or what is wrong: cut off, longer than needed, above 64 bits. */
export function readVarint(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Varint,
): string | undefined {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    const at = start + i;
    if (at >= end) return "varint: expected more bytes";
    const byte = bytes[at] ?? 0;
    const part = byte & 0x7f;
    if (i < 4) low |= part << (7 * i);
    else if (i === 4) {
      low |= part << 28;
      high = part >> 4;
    } else high |= part << (7 * i - 32);
    if (byte > 0x7f) continue;
    if (i === 9 && byte > 1) return "varint: expected at most 64 bits";
    if (i > 0 && byte === 0) return "varint: expected its shortest form";
    out.at = at + 1;
    out.low = low >>> 0;
    out.high = high >>> 0;
    return undefined;
  }
  return "varint: expected at most 10 bytes";
}

/** Whether the number is one that an encoder of this kind writes. */
export function varintFits(kind: FieldKind, { low, high }: Varint): boolean {
  if (kind === "bool") return high === 0 && low <= 1;
  if (kind === "uint32") return high === 0;
  if (kind !== "int32") return true;
  // Negative numbers are written with 64 bits.
  return low < 0x80000000 ? high === 0 : high === 0xffffffff;
}

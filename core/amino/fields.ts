import { readVarint, type Varint } from "../wire/varint.ts";
import { unsignable } from "./errors.ts";

/** A field as it lies on the wire: a number, or bytes. */
export type RawField = bigint | Uint8Array;

/** The fields of a message by number, in order; nothing is copied. */
export function readFields(bytes: Uint8Array): ReadonlyMap<number, readonly RawField[]> {
  const found = new Map<number, RawField[]>();
  const varint: Varint = { at: 0, low: 0, high: 0 };
  while (varint.at < bytes.length) {
    const tag = Number(next(bytes, varint));
    let value: RawField = next(bytes, varint);
    if ((tag & 7) === 2) {
      const from = varint.at;
      varint.at = from + Number(value);
      if (varint.at > bytes.length) throw unsignable("field: expected more bytes");
      value = bytes.subarray(from, varint.at);
    } else if ((tag & 7) !== 0) throw unsignable(`field: expected no wire type ${tag & 7}`);
    const list = found.get(tag >>> 3);
    if (list === undefined) found.set(tag >>> 3, [value]);
    else list.push(value);
  }
  return found;
}

/** The numbers of a packed field. */
export function readNumbers(bytes: Uint8Array): bigint[] {
  const found: bigint[] = [];
  const varint: Varint = { at: 0, low: 0, high: 0 };
  while (varint.at < bytes.length) found.push(next(bytes, varint));
  return found;
}

function next(bytes: Uint8Array, varint: Varint): bigint {
  const fault = readVarint(bytes, varint.at, bytes.length, varint);
  if (fault !== undefined) throw unsignable(fault);
  return (BigInt(varint.high) << 32n) | BigInt(varint.low);
}

import { fromBase64, toUtf8 } from "@cosmjs/encoding";
import type { AminoValue } from "../../core/amino/json.ts";
import { aminoShapeOf } from "../../core/amino/value.ts";
import { concatBytes } from "../../core/bytes.ts";
import type { AminoField, AminoShape } from "../../proto/amino.ts";
import { aminoTable } from "../../proto/gen/amino.ts";

type Fields = { readonly [key: string]: AminoValue };

/** The message that an amino value stands for: what a wallet may have changed before it signed. */
export function bytesOfAmino({ fields }: AminoShape, value: AminoValue): Uint8Array {
  const object = fieldsOf(value);
  const parts: Uint8Array[] = [];
  for (const field of [...fields].sort((a, b) => a.number - b.number)) {
    const found = object[field.key];
    if (found === undefined) continue;
    if (!Array.isArray(found)) parts.push(fieldBytes(field, found, false));
    else if (isNumeric(field)) parts.push(packed(field, found as readonly AminoValue[]));
    else for (const one of found as readonly AminoValue[]) parts.push(fieldBytes(field, one, true));
  }
  return concatBytes(...parts);
}

function isNumeric({ kind }: AminoField): boolean {
  return kind === "bool" || kind.endsWith("32") || kind.endsWith("64");
}

/** Zero values of single fields are not written, in a list they are. */
function fieldBytes(field: AminoField, value: AminoValue, listed: boolean): Uint8Array {
  const { number, kind, message } = field;
  if (kind === "message") return delimited(number, messageBytes(message, value));
  if (isNumeric(field)) {
    const own = numberOf(value);
    return own === 0n ? new Uint8Array() : concatBytes(varint(BigInt(number << 3)), varint(own));
  }
  const text = textOf(value);
  const bytes = kind === "bytes" ? fromBase64(text) : toUtf8(text);
  return listed || bytes.length > 0 ? delimited(number, bytes) : bytes;
}

function packed({ number }: AminoField, values: readonly AminoValue[]): Uint8Array {
  if (values.length === 0) return new Uint8Array();
  return delimited(number, concatBytes(...values.map((value) => varint(numberOf(value)))));
}

function delimited(number: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes);
}

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  // A negative number takes all of its 64 bits.
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...out, Number(rest));
}

function numberOf(value: AminoValue): bigint {
  if (typeof value === "object") throw new Error("amino: expected a number, got an object");
  return BigInt(value);
}

function messageBytes(name: string, value: AminoValue): Uint8Array {
  if (name === "google.protobuf.Timestamp") return timeBytes(timestampOf(textOf(value)));
  if (name === "google.protobuf.Duration") return timeBytes(durationOf(BigInt(textOf(value))));
  if (name === "google.protobuf.Any") return anyBytes(fieldsOf(value));
  const shape = aminoTable.get(name);
  if (shape === undefined) throw new Error(`${name}: expected a message with an amino form`);
  return bytesOfAmino(shape, value);
}

function anyBytes({ type, value }: Fields): Uint8Array {
  const name = textOf(type);
  const found = [...aminoTable].find(([, shape]) => shape.name === name);
  const typeUrl = found === undefined ? name : `/${found[0]}`;
  const shape = aminoShapeOf(typeUrl);
  if (shape === undefined) throw new Error(`${name}: expected a message with an amino form`);
  const bytes = bytesOfAmino(shape, value ?? {});
  const url = delimited(1, toUtf8(typeUrl));
  return bytes.length === 0 ? url : concatBytes(url, delimited(2, bytes));
}

type Time = { readonly seconds: bigint; readonly nanos: number };

function timeBytes({ seconds, nanos }: Time): Uint8Array {
  const first = seconds === 0n ? new Uint8Array() : concatBytes(varint(8n), varint(seconds));
  return nanos === 0 ? first : concatBytes(first, varint(16n), varint(BigInt(nanos)));
}

function timestampOf(text: string): Time {
  const [, whole = "", fraction = ""] = /^([^.Z]+)(?:\.([0-9]{1,9}))?Z$/.exec(text) ?? [];
  const ms = Date.parse(`${whole}Z`);
  if (Number.isNaN(ms)) throw new Error(`timestamp: expected RFC 3339 in UTC, got "${text}"`);
  return { seconds: BigInt(ms) / 1000n, nanos: Number(fraction.padEnd(9, "0")) };
}

function durationOf(nanos: bigint): Time {
  return { seconds: nanos / 1_000_000_000n, nanos: Number(nanos % 1_000_000_000n) };
}

function textOf(value: AminoValue | undefined): string {
  if (typeof value !== "string") throw new Error(`amino: expected text, got ${typeof value}`);
  return value;
}

function fieldsOf(value: AminoValue): Fields {
  if (typeof value !== "object" || Array.isArray(value))
    throw new Error(`amino: expected an object, got ${typeof value}`);
  return value as Fields;
}

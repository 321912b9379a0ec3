import type { AminoField, AminoKind, AminoShape } from "../../proto/amino.ts";
import { aminoTable } from "../../proto/gen/amino.ts";
import { utf8Decode } from "../bytes.ts";
import { base64 } from "./base64.ts";
import { unsignable } from "./errors.ts";
import { readFields, readNumbers, type RawField } from "./fields.ts";
import type { AminoValue } from "./json.ts";
import { durationText, timestampText } from "./times.ts";

type Any = { readonly typeUrl: string; readonly value: Uint8Array };

/** The shape behind a type URL, with its amino name; undefined where the chain signs no such message in amino. */
export function aminoShapeOf(typeUrl: string): AminoShape | undefined {
  const shape = typeUrl.startsWith("/") ? aminoTable.get(typeUrl.slice(1)) : undefined;
  // What has no name of its own goes by its URL, as in the SDK.
  return shape === undefined || shape.name !== "" ? shape : { ...shape, name: typeUrl };
}

/** `{type, value}` of a message of a document; the bytes are canonical. sdk/4 for what has no such form. */
export function aminoMsg({ typeUrl, value }: Any): {
  readonly type: string;
  readonly value: AminoValue;
} {
  const shape = aminoShapeOf(typeUrl);
  if (shape === undefined) throw unsignable(`${typeUrl}: expected a message with an amino form`);
  return { type: shape.name, value: fieldsOf(shape, value) };
}

/** Messages inside are never named, as in the SDK since 0.50: only an Any is. */
function messageOf(name: string, bytes: Uint8Array): AminoValue {
  if (name === "google.protobuf.Any") return anyOf(bytes);
  if (name === "google.protobuf.Timestamp") return timestampText(timeOf(bytes));
  if (name === "google.protobuf.Duration") return durationText(timeOf(bytes));
  const shape = aminoTable.get(name);
  if (shape === undefined) throw unsignable(`${name}: expected a message with an amino form`);
  return fieldsOf(shape, bytes);
}

function fieldsOf({ fields }: AminoShape, bytes: Uint8Array): AminoValue {
  const found = readFields(bytes);
  const out: Record<string, AminoValue> = {};
  for (const field of fields) {
    const value = fieldOf(field, found.get(field.number) ?? []);
    if (value !== undefined) out[field.key] = value;
  }
  return out;
}

/** undefined: left out of the document. */
function fieldOf(field: AminoField, raws: readonly RawField[]): AminoValue | undefined {
  const { kind, repeated, always, key } = field;
  if (repeated) {
    if (raws.length === 0) return always ? [] : undefined;
    return raws.flatMap((raw) => elementsOf(field, raw));
  }
  const raw = raws[raws.length - 1];
  if (raw !== undefined) return kind === "message" ? nested(field, raw) : scalarOf(kind, raw);
  if (!always) return undefined;
  if (kind === "message") throw unsignable(`${key}: expected a value, got none`);
  return emptyOf(kind);
}

function elementsOf(field: AminoField, raw: RawField): AminoValue[] {
  const { kind } = field;
  if (kind === "message") return [nested(field, raw)];
  if (typeof raw === "bigint" || isLengthDelimited(kind)) return [scalarOf(kind, raw)];
  return readNumbers(raw).map((number) => scalarOf(kind, number));
}

function isLengthDelimited(kind: AminoKind): boolean {
  return kind === "string" || kind === "bytes" || kind === "int";
}

function nested({ key, message }: AminoField, raw: RawField): AminoValue {
  if (typeof raw === "bigint") throw unsignable(`${key}: expected a message, got a number`);
  return messageOf(message, raw);
}

function emptyOf(kind: Exclude<AminoKind, "message">): AminoValue {
  if (kind === "string" || kind === "bytes") return "";
  if (kind === "bool") return false;
  return kind === "int32" || kind === "uint32" ? 0 : "0";
}

function scalarOf(kind: Exclude<AminoKind, "message">, raw: RawField): AminoValue {
  if (typeof raw !== "bigint") return textOf(kind, raw);
  switch (kind) {
    case "bool":
      return raw !== 0n;
    case "int32":
      return Number(BigInt.asIntN(32, raw));
    case "uint32":
      return Number(BigInt.asUintN(32, raw));
    case "int64":
      return BigInt.asIntN(64, raw).toString();
    case "uint64":
      return raw.toString();
    case "string":
    case "bytes":
    case "int":
      throw unsignable(`${kind}: expected bytes, got a number`);
  }
}

function textOf(kind: AminoKind, bytes: Uint8Array): AminoValue {
  if (kind === "bytes") return base64(bytes);
  const text = utf8Decode(bytes);
  if (kind === "string") return text;
  if (kind === "int") return text === "" ? "0" : text;
  throw unsignable(`${kind}: expected a number, got bytes`);
}

function bytesAt(raw: RawField | undefined): Uint8Array {
  return raw === undefined || typeof raw === "bigint" ? new Uint8Array() : raw;
}

function anyOf(bytes: Uint8Array): AminoValue {
  const found = readFields(bytes);
  const typeUrl = utf8Decode(bytesAt(found.get(1)?.[0]));
  return aminoMsg({ typeUrl, value: bytesAt(found.get(2)?.[0]) });
}

function timeOf(bytes: Uint8Array): { seconds: bigint; nanos: bigint } {
  const found = readFields(bytes);
  const signed = (number: number, bits: number): bigint => {
    const raw = found.get(number)?.[0];
    return typeof raw === "bigint" ? BigInt.asIntN(bits, raw) : 0n;
  };
  return { seconds: signed(1, 64), nanos: signed(2, 32) };
}

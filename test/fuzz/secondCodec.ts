import {
  create,
  fromBinary,
  toJson,
  toBinary,
  type DescField,
  type DescMessage,
  type Message,
} from "@bufbuild/protobuf";
import { testRegistry } from "../support/driverReplica.ts";

/** @bufbuild/protobuf by descriptors: shares no line with the strict reader nor with the generated codecs. */
export function secondCodec(name: string): DescMessage {
  const type = testRegistry().descriptors.getMessage(name);
  if (type === undefined) throw new Error(`${name}: expected a known message`);
  return type;
}

/** What the second codec writes of what it read; undefined when it cannot read or met unknown fields. */
export function reencoded(type: DescMessage, bytes: Uint8Array): Uint8Array | undefined {
  let message: Message;
  try {
    message = fromBinary(type, bytes);
  } catch {
    return undefined;
  }
  return hasUnknown(message) ? undefined : toBinary(type, message);
}

function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.some(hasUnknown);
  const unknown = (value as Partial<Message>).$unknown;
  if (unknown !== undefined && unknown.length > 0) return true;
  return Object.entries(value).some(([name, part]) => !name.startsWith("$") && hasUnknown(part));
}

/** What it reads, without the fields that have their default. */
export function jsonOf(type: DescMessage, bytes: Uint8Array): object {
  const { descriptors } = testRegistry();
  return toJson(type, fromBinary(type, bytes), { registry: descriptors }) as object;
}

/** Where the fields that the second codec read differ from an object of the generated codec; undefined: nowhere. */
export function difference(
  type: DescMessage,
  bytes: Uint8Array,
  value: object,
): string | undefined {
  return messageDifference(type, fromBinary(type, bytes), value, type.name);
}

type Values = Readonly<Record<string, unknown>>;

function messageDifference(
  type: DescMessage,
  message: object,
  other: object,
  path: string,
): string | undefined {
  for (const field of type.fields) {
    const here = `${path}.${field.localName}`;
    const own = fieldOf(field, message as Values);
    const found = (other as Values)[field.localName];
    const all = field.fieldKind === "list" ? (own as unknown[]) : [own];
    const others = field.fieldKind === "list" ? (found as unknown[]) : [found];
    if (all.length !== others.length) return `${here}: ${all.length} and ${others.length} items`;
    for (const [i, one] of all.entries()) {
      const fault = valueDifference(field.message, one, others[i], here);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

/** Of a oneof the second codec keeps one case, the generated one a field each. */
function fieldOf({ oneof, localName }: DescField, message: Values): unknown {
  if (oneof === undefined) return message[localName];
  const chosen = message[oneof.localName] as { case?: string; value?: unknown };
  return chosen.case === localName ? chosen.value : undefined;
}

function valueDifference(
  type: DescMessage | undefined,
  own: unknown,
  other: unknown,
  path: string,
): string | undefined {
  // The generated codec makes an empty part of one that is not there, where Go has no pointer.
  if (type !== undefined && isObject(other))
    return messageDifference(type, isObject(own) ? own : create(type), other, path);
  const equal =
    own instanceof Uint8Array && other instanceof Uint8Array
      ? Buffer.compare(own, other) === 0
      : own === other;
  return equal ? undefined : `${path}: ${String(own)} and ${String(other)}`;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

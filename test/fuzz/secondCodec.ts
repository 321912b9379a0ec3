import { fromBinary, toBinary, type DescMessage, type Message } from "@bufbuild/protobuf";
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

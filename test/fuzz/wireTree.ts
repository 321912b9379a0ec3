/** A protobuf message as its bytes show it, without a schema. `raw` is written as it stands. */
export type WireField = { field: number; wire: number; value: WireValue; style: Style };
export type WireValue =
  | { kind: "number"; number: bigint }
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "message"; fields: WireField[] }
  | { kind: "raw"; bytes: Uint8Array };
/** How the encoder departs from the shortest form: bytes too many in a varint, a length that is not true. */
export type Style = { padTag: number; padValue: number; lengthOff: number };

export const plainStyle: Style = { padTag: 0, padValue: 0, lengthOff: 0 };

const maxDepth = 8;

/** undefined when the bytes are no sequence of fields. */
export function parseWire(bytes: Uint8Array, depth = 0): WireField[] | undefined {
  const fields: WireField[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    if (tag === undefined || tag.value > 0xffffffffn || tag.value < 8n) return undefined;
    const field = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    const found = valueAt(bytes, tag.next, wire, depth);
    if (found === undefined) return undefined;
    fields.push({ field, wire, value: found.value, style: plainStyle });
    at = found.next;
  }
  return fields;
}

function valueAt(
  bytes: Uint8Array,
  at: number,
  wire: number,
  depth: number,
): { value: WireValue; next: number } | undefined {
  if (wire === 0) {
    const read = varint(bytes, at);
    return read && { value: { kind: "number", number: read.value }, next: read.next };
  }
  const size = wire === 1 ? 8 : wire === 5 ? 4 : undefined;
  if (size !== undefined) {
    if (at + size > bytes.length) return undefined;
    return { value: { kind: "raw", bytes: bytes.slice(at, at + size) }, next: at + size };
  }
  const length = wire === 2 ? varint(bytes, at) : undefined;
  if (length === undefined || length.value > BigInt(bytes.length - length.next)) return undefined;
  const end = length.next + Number(length.value);
  const body = bytes.slice(length.next, end);
  const inner = depth < maxDepth && body.length > 1 ? parseWire(body, depth + 1) : undefined;
  const value: WireValue =
    inner === undefined ? { kind: "bytes", bytes: body } : { kind: "message", fields: inner };
  return { value, next: end };
}

function varint(bytes: Uint8Array, at: number): { value: bigint; next: number } | undefined {
  let low = 0;
  let scale = 1;
  let wide = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    if (i < 7) low += (byte & 127) * scale;
    else wide |= BigInt(byte & 127) << BigInt(7 * i);
    scale *= 128;
    if (byte < 128) return { value: BigInt(low) | wide, next: at + i + 1 };
  }
  return undefined;
}

export function cloneWire(fields: readonly WireField[]): WireField[] {
  return fields.map((one) => ({ ...one, value: cloneValue(one.value) }));
}

function cloneValue(value: WireValue): WireValue {
  return value.kind === "message" ? { kind: "message", fields: cloneWire(value.fields) } : value;
}

/** A varint with `pad` bytes more than needed. */
export function varintBytes(value: bigint, pad = 0): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(70, value);
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  for (let i = 0; i < pad; i++) {
    out[out.length - 1] = (out[out.length - 1] ?? 0) | 128;
    out.push(0);
  }
  return Uint8Array.from(out);
}

export function writeWire(fields: readonly WireField[]): Uint8Array {
  return Buffer.concat(fields.flatMap(parts));
}

function parts({ field, wire, value, style }: WireField): Uint8Array[] {
  const tag = varintBytes((BigInt(field) << 3n) | BigInt(wire), style.padTag);
  if (value.kind === "number") return [tag, varintBytes(value.number, style.padValue)];
  if (value.kind === "raw") return [tag, value.bytes];
  const body = value.kind === "bytes" ? value.bytes : writeWire(value.fields);
  const length = BigInt(Math.max(0, body.length + style.lengthOff));
  return [tag, varintBytes(length, style.padValue), body];
}

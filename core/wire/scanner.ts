import { utf8Decode } from "../bytes.ts";
import { readVarint, varintFits, type Varint } from "./varint.ts";
import { anyName, type FieldShape, type MessageShape, type WireSchema } from "./schema.ts";
import { isUtf8 } from "./utf8.ts";

export const maxDepth = 10;
export const maxFields = 1000;

/** The message name behind a type URL, as far as an Any may hold it. */
export type ResolveType = (typeUrl: string) => string | undefined;

type Frame = {
  readonly shape: MessageShape;
  readonly end: number;
  readonly isAny: boolean;
  lastField: number;
  oneofs: number;
  /** What an Any said it holds. */
  typeUrl: string;
};

const wireTypes = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const;

/**
 * The one reader before every decoder (WIRE.md 5): passes exactly the canonical encodings of known fields, so that
 * encode(decode(b)) is b at every level. One instance counts the fields of one transaction. Its loop carries an
 * explicit stack: the depth at which a recursion breaks differs between machines (THREATS D1).
 */
export class WireScanner {
  readonly #schema: WireSchema;
  readonly #resolve: ResolveType;
  readonly #number: Varint = { at: 0, low: 0, high: 0 };
  #fields: number;

  /** `fields`: how many were counted already. */
  constructor(schema: WireSchema, resolve: ResolveType, fields = 0) {
    this.#schema = schema;
    this.#resolve = resolve;
    this.#fields = fields;
  }

  /** undefined, or what is wrong; `depth` is that of the message itself, 1 for the outermost. */
  scan(name: string, bytes: Uint8Array, depth = 1): string | undefined {
    const root = this.#frame(name, bytes.length);
    if (typeof root === "string") return root;
    const stack: Frame[] = [root];
    let at = 0;
    for (;;) {
      const frame = stack[stack.length - 1];
      if (frame === undefined) return undefined;
      if (at === frame.end) {
        const fault = this.#closes(frame);
        if (fault !== undefined) return fault;
        stack.pop();
        continue;
      }
      const next = this.#field(frame, bytes, at);
      if (typeof next === "string") return next;
      if (typeof next === "number") {
        at = next;
        continue;
      }
      if (depth + stack.length > maxDepth) return `depth: expected at most ${maxDepth}, got more`;
      at = next.start;
      stack.push(next.frame);
    }
  }

  #frame(name: string, end: number): Frame | string {
    const shape = this.#schema.get(name);
    if (shape === undefined) return `message: expected a known type, got ${name}`;
    return { shape, end, isAny: name === anyName, lastField: 0, oneofs: 0, typeUrl: "" };
  }

  /** An Any without a value names its type all the same. */
  #closes(frame: Frame): string | undefined {
    if (!frame.isAny || this.#resolve(frame.typeUrl) !== undefined) return undefined;
    return `unable to resolve type URL ${frame.typeUrl}`;
  }

  /** Where the next field begins, the message to go into, or what is wrong. */
  #field(
    frame: Frame,
    bytes: Uint8Array,
    start: number,
  ): number | string | { start: number; frame: Frame } {
    this.#fields += 1;
    if (this.#fields > maxFields) return `fields: expected at most ${maxFields}, got more`;
    const tag = this.#number;
    const fault = readVarint(bytes, start, frame.end, tag);
    if (fault !== undefined) return fault;
    const field = tag.low >>> 3;
    const shape = tag.high === 0 ? frame.shape.get(field) : undefined;
    if (shape === undefined) return `field ${field}: expected a known number`;
    const wrong = admit(frame, field, shape, tag.low & 7);
    if (wrong !== undefined) return wrong;
    if ((tag.low & 7) !== wireTypes.length) return this.#scalar(shape, bytes, tag.at, frame.end);

    const lengthFault = readVarint(bytes, tag.at, frame.end, tag);
    if (lengthFault !== undefined) return lengthFault;
    const from = tag.at;
    const end = from + tag.low;
    if (tag.high !== 0 || end > frame.end) return `field ${field}: expected its length to fit`;
    const empty = end === from && shape.kind !== "message";
    if (empty && (shape.packed || !mayBeDefault(shape)))
      return `field ${field}: expected no explicit default`;
    return this.#content(frame, field, shape, bytes, from, end);
  }

  #content(
    frame: Frame,
    field: number,
    shape: FieldShape,
    bytes: Uint8Array,
    from: number,
    end: number,
  ): number | string | { start: number; frame: Frame } {
    if (shape.kind === "message") {
      const inner = this.#frame(shape.message, end);
      return typeof inner === "string" ? inner : { start: from, frame: inner };
    }
    if (shape.kind === "string") {
      if (!isUtf8(bytes, from, end)) return `field ${field}: expected UTF-8`;
      if (frame.isAny) frame.typeUrl = utf8Decode(bytes.subarray(from, end));
      return end;
    }
    if (shape.kind === "bytes") {
      if (!frame.isAny) return end;
      const name = this.#resolve(frame.typeUrl);
      if (name === undefined) return `unable to resolve type URL ${frame.typeUrl}`;
      const inner = this.#frame(name, end);
      return typeof inner === "string" ? inner : { start: from, frame: inner };
    }
    let at: number | string = from;
    while (typeof at === "number" && at < end) at = this.#scalar(shape, bytes, at, end);
    return at;
  }

  /** One number; its end, or what is wrong. */
  #scalar(shape: FieldShape, bytes: Uint8Array, start: number, end: number): number | string {
    const value = this.#number;
    if (shape.kind === "fixed32" || shape.kind === "fixed64") {
      const after = start + (shape.kind === "fixed32" ? 4 : 8);
      if (after > end) return "fixed number: expected more bytes";
      const zero = bytes.subarray(start, after).every((byte) => byte === 0);
      return zero && !mayBeDefault(shape) ? "number: expected no explicit default" : after;
    }
    const fault = readVarint(bytes, start, end, value);
    if (fault !== undefined) return fault;
    if (!varintFits(shape.kind, value)) return `number: expected ${shape.kind}, got a wider one`;
    if (value.low === 0 && value.high === 0 && !mayBeDefault(shape))
      return "number: expected no explicit default";
    return value.at;
  }
}

/** Order, repetition, oneof and wire type of a field that begins here. */
function admit(frame: Frame, field: number, shape: FieldShape, type: number): string | undefined {
  const again = field === frame.lastField && shape.repeated && !shape.packed;
  if (field <= frame.lastField && !again)
    return `field ${field}: expected ascending, single fields`;
  frame.lastField = field;
  if (shape.oneof !== 0) {
    const bit = 1 << shape.oneof;
    if ((frame.oneofs & bit) !== 0) return `field ${field}: expected one member of its oneof`;
    frame.oneofs |= bit;
  }
  const expected = wireTypeOf(shape);
  return type === expected
    ? undefined
    : `field ${field}: expected wire type ${expected}, got ${type}`;
}

function wireTypeOf(shape: FieldShape): number {
  if (shape.packed) return wireTypes.length;
  switch (shape.kind) {
    case "fixed32":
      return wireTypes.fixed32;
    case "fixed64":
      return wireTypes.fixed64;
    case "bytes":
    case "string":
    case "message":
      return wireTypes.length;
    case "uint32":
    case "int32":
    case "uint64":
    case "bool":
      return wireTypes.varint;
  }
}

/** A list holds defaults like any other value; its absence is an empty list. */
function mayBeDefault(shape: FieldShape): boolean {
  return shape.repeated || shape.presence;
}

import type { FieldShape, WireSchema } from "../../core/wire/schema.ts";
import { edgeTexts, pickOne, type Random } from "./bytesEdits.ts";
import { plainStyle, writeWire, type WireField, type WireValue } from "./wireTree.ts";

const maxDepth = 5;
const known: readonly string[] = [
  "echo-demo",
  "echo",
  "1.0.0",
  "uassay",
  "1000",
  "1000000000000000000",
  "author",
];

export type SampleOptions = { readonly texts?: readonly string[]; readonly full?: boolean };

/** A canonical message of that type with values for its fields, from the schema alone; no Any. */
export function sampleOf(
  schema: WireSchema,
  name: string,
  random: Random,
  options: SampleOptions = {},
): Uint8Array {
  return writeWire(fieldsOf(schema, name, random, options, 0));
}

function fieldsOf(
  schema: WireSchema,
  name: string,
  random: Random,
  options: SampleOptions,
  depth: number,
): WireField[] {
  const out: WireField[] = [];
  const oneofs = new Set<number>();
  const shapes = [...(schema.get(name) ?? [])].sort(([a], [b]) => a - b);
  for (const [field, shape] of shapes) {
    if (shape.message === "google.protobuf.Any" || depth >= maxDepth) continue;
    if (oneofs.has(shape.oneof)) continue;
    if (options.full !== true && random(5) === 0) continue;
    if (shape.oneof !== 0) oneofs.add(shape.oneof);
    const times = shape.repeated && !shape.packed ? 1 + random(2) : 1;
    for (let i = 0; i < times; i++) {
      const value = valueOf(schema, shape, random, options, depth);
      out.push({ field, ...value, style: plainStyle });
    }
  }
  return out;
}

function valueOf(
  schema: WireSchema,
  shape: FieldShape,
  random: Random,
  options: SampleOptions,
  depth: number,
): { wire: number; value: WireValue } {
  const bytes = (value: Uint8Array) => ({
    wire: 2,
    value: { kind: "bytes", bytes: value } as const,
  });
  if (shape.packed) return bytes(Uint8Array.of(1, 2));
  switch (shape.kind) {
    case "message":
      return {
        wire: 2,
        value: {
          kind: "message",
          fields: fieldsOf(schema, shape.message, random, options, depth + 1),
        },
      };
    case "string":
      return bytes(new TextEncoder().encode(textOf(random, options)));
    case "bytes":
      return bytes(
        new Uint8Array(pickOne(random, [1, 20, 32, 32, 32, 33, 64])).fill(1 + random(255)),
      );
    case "fixed32":
      return { wire: 5, value: { kind: "raw", bytes: new Uint8Array(4).fill(1) } };
    case "fixed64":
      return { wire: 1, value: { kind: "raw", bytes: new Uint8Array(8).fill(1) } };
    case "bool":
    case "uint32":
    case "int32":
    case "uint64": {
      const number = shape.kind === "bool" ? 1n : BigInt(1 + random(3));
      return { wire: 0, value: { kind: "number", number } };
    }
  }
}

function textOf(random: Random, { texts = [] }: SampleOptions): string {
  const way = random(10);
  const list = way === 0 ? edgeTexts.filter((text) => text !== "") : way < 6 ? texts : known;
  return pickOne(random, list.length === 0 ? known : list);
}

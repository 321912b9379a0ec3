import { readFileSync } from "node:fs";
import {
  createFileRegistry,
  fromBinary,
  ScalarType,
  type DescField,
  type DescMessage,
  type FileRegistry,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { FieldKind, FieldShape, MessageShape, WireSchema } from "../core/wire/schema.ts";

/** Every message and service of proto/, with those of Cosmos that it builds on. */
export function loadDescriptors(): FileRegistry {
  const image = readFileSync(new URL("../proto/image.binpb", import.meta.url));
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
}

const scalarKinds: Partial<Record<ScalarType, FieldKind>> = {
  [ScalarType.UINT32]: "uint32",
  [ScalarType.SINT32]: "uint32",
  [ScalarType.INT32]: "int32",
  [ScalarType.UINT64]: "uint64",
  [ScalarType.INT64]: "uint64",
  [ScalarType.SINT64]: "uint64",
  [ScalarType.BOOL]: "bool",
  [ScalarType.FIXED32]: "fixed32",
  [ScalarType.SFIXED32]: "fixed32",
  [ScalarType.FLOAT]: "fixed32",
  [ScalarType.FIXED64]: "fixed64",
  [ScalarType.SFIXED64]: "fixed64",
  [ScalarType.DOUBLE]: "fixed64",
  [ScalarType.BYTES]: "bytes",
  [ScalarType.STRING]: "string",
};

/** The shapes that core/wire scans by: all messages of the descriptors but those with proto maps. */
export function wireSchemaOf(descriptors: FileRegistry): WireSchema {
  const schema = new Map<string, MessageShape>();
  for (const type of descriptors) {
    if (type.kind !== "message") continue;
    if (type.fields.some((field) => field.fieldKind === "map")) continue;
    schema.set(type.typeName, shapeOf(type));
  }
  const body = new Map(schema.get("cosmos.tx.v1beta1.TxBody"));
  // Fields of SDK 0.53 that the vendored files of 0.50 do not have and the codec does.
  body.set(4, { ...plain, kind: "bool" });
  body.set(5, { ...plain, kind: "message", message: "google.protobuf.Timestamp" });
  schema.set("cosmos.tx.v1beta1.TxBody", new Map([...body].sort(([a], [b]) => a - b)));
  return schema;
}

const plain = { repeated: false, packed: false, presence: false, oneof: 0, message: "" } as const;

function shapeOf(type: DescMessage): MessageShape {
  const shape = new Map<number, FieldShape>();
  for (const field of type.fields) {
    shape.set(field.number, {
      kind: kindOf(field),
      repeated: field.fieldKind === "list",
      packed: field.fieldKind === "list" && field.packed,
      presence: field.presence === FeatureSet_FieldPresence.EXPLICIT,
      oneof: field.oneof === undefined ? 0 : type.oneofs.indexOf(field.oneof) + 1,
      message: field.message?.typeName ?? "",
    });
  }
  return shape;
}

function kindOf(field: DescField): FieldKind {
  if (field.message !== undefined) return "message";
  if (field.enum !== undefined) return "int32";
  const kind = field.scalar === undefined ? undefined : scalarKinds[field.scalar];
  if (kind === undefined) throw new Error(`${field.toString()}: expected a known scalar`);
  return kind;
}

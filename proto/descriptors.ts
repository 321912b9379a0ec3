import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type DescService,
  type FileRegistry,
  type JsonValue,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { readFileSync } from "node:fs";

let loaded: FileRegistry | undefined;

/** Every message and service of proto/, with those of Cosmos that it builds on. For tools; needs Node. */
export function descriptors(): FileRegistry {
  const image = (): Uint8Array => readFileSync(new URL("./image.binpb", import.meta.url));
  return (loaded ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, image())));
}

/** By full name, "assay.tasks.v1.Task"; undefined when there is none. */
export function findMessage(name: string): DescMessage | undefined {
  return descriptors().getMessage(name);
}

/** By full name, "assay.tasks.v1.Query". */
export function findService(name: string): DescService | undefined {
  return descriptors().getService(name);
}

/** Bytes of a message given as JSON with proto field names; unknown fields and wrong types throw. */
export function encodeJson(message: DescMessage, json: JsonValue): Uint8Array {
  const value =
    Object.keys(json ?? {}).length === 0
      ? create(message)
      : fromJson(message, json, { registry: descriptors() });
  return toBinary(message, value);
}

/** JSON of a message as the REST gateway of an SDK chain prints it: proto field names, defaults shown. */
export function decodeJson(message: DescMessage, bytes: Uint8Array): JsonValue {
  return toJson(message, fromBinary(message, bytes), {
    useProtoFieldName: true,
    alwaysEmitImplicit: true,
    registry: descriptors(),
  });
}

import type { Codec } from "../../../../core/codec.ts";
import { utf8Decode, utf8Encode } from "../../../../core/bytes.ts";
import { schema, type Schema } from "../../../../core/collections/schema.ts";

export const Text: Codec<string> = { encode: utf8Encode, decode: utf8Decode };

/** A schema of its own for each test: prefixes are taken for the life of the process. */
export function freshSchema(name: string): Schema {
  return schema(`test.${name}`);
}

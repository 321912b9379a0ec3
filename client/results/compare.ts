import { utf8Decode, utf8Encode } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { Compare } from "../../proto/gen/assay/registry/v1/registry.ts";
import { atPointer, canonicalJson, parseJson } from "./json.ts";

/** How a release says that outputs of a task are compared. */
export type Comparison = { readonly compare: Compare; readonly fields: readonly string[] };

/**
 * The projection of a JSON output to the declared pointers, in their order, as canonical JSON; a pointer that points
 * nowhere gives null. Throws a SyntaxError when the output is no JSON.
 */
export function project(output: Uint8Array, fields: readonly string[]): Uint8Array {
  const value = parseJson(utf8Decode(output));
  return utf8Encode(canonicalJson(fields.map((pointer) => atPointer(value, pointer) ?? null)));
}

/** The 32 bytes that seats commit to and the chain compares. */
export function resultHash(output: Uint8Array, { compare, fields }: Comparison): Uint8Array {
  return sha256(compare === Compare.COMPARE_FIELDS ? project(output, fields) : output);
}

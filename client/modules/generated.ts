import type { GeneratedType } from "@cosmjs/proto-signing";

type Generated = {
  encode(message: never): { finish(): Uint8Array };
  decode(input: Uint8Array): unknown;
  fromPartial(object: never): unknown;
};

/**
 * ts-proto 2 types as CosmJS names them. The cast bridges two declarations of one class: CosmJS sees the CommonJS
 * declaration of BinaryWriter, we the ES module's.
 */
export function forCosmJs(
  types: ReadonlyArray<readonly [string, Generated]>,
): ReadonlyArray<[string, GeneratedType]> {
  return types as unknown as ReadonlyArray<[string, GeneratedType]>;
}

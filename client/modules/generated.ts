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

type Codec = {
  encode(message: unknown): { finish(): Uint8Array };
  decode(input: Uint8Array): unknown;
  fromPartial(object: object): unknown;
};

/** The way back: what a list for CosmJS was made of. */
export function codecsOf(
  types: ReadonlyArray<[string, GeneratedType]>,
): ReadonlyArray<readonly [string, Codec]> {
  return types as unknown as ReadonlyArray<readonly [string, Codec]>;
}

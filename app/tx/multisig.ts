import type { Address } from "../../core/brand.ts";
import { concatBytes, equalBytes } from "../../core/bytes.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { sdkErrors } from "../../core/errors.ts";
import { WireScanner } from "../../core/wire/scanner.ts";
import {
  LegacyAminoPubKey,
  MultiSignature,
  Secp256k1PubKey,
  type CompactBitArray,
} from "../../proto/cosmos.ts";
import type { Registry } from "../appRegistry.ts";

/** So many members' keys, of which so many must sign. */
export type Multisig = {
  /** Of the key inside its Any. */
  readonly bytes: Uint8Array;
  readonly threshold: number;
  readonly members: readonly Uint8Array[];
};

const memberType = "/cosmos.crypto.secp256k1.PubKey";
/** Of go-amino's registered types; the lengths that follow are part of them. */
const multisigPrefix = Uint8Array.of(0x22, 0xc1, 0xf7, 0xe2);
const memberPrefix = Uint8Array.of(0x12, 38, 0xeb, 0x5a, 0xe9, 0x87, 33);

/** sdk/8 for a key that nobody can sign with here: members are secp256k1 keys. */
export function multisigOf(bytes: Uint8Array): Multisig {
  const { threshold, publicKeys } = LegacyAminoPubKey.decode(bytes);
  const members = publicKeys.map(({ typeUrl, value }) => {
    const key = typeUrl === memberType ? Secp256k1PubKey.decode(value).key : undefined;
    if (key?.length === 33) return key;
    const got = key === undefined ? typeUrl : `${key.length} bytes`;
    throw sdkErrors.invalidPubKey(
      `multisig member: expected a secp256k1 key of 33 bytes, got ${got}: invalid pubkey`,
    );
  });
  if (threshold < 1 || threshold > members.length) {
    throw sdkErrors.invalidPubKey(
      `multisig threshold: expected 1..${members.length}, got ${threshold}: invalid pubkey`,
    );
  }
  return { bytes, threshold, members };
}

/** sha256 of the key's amino bytes, cut to 20 (WIRE.md 8). */
export function multisigAddress({ threshold, members }: Multisig): Address {
  const keys = members.flatMap((key) => [memberPrefix, key]);
  const bytes = concatBytes(multisigPrefix, Uint8Array.of(0x08), uvarint(threshold), ...keys);
  return addressFromBytes(sha256(bytes).slice(0, 20));
}

function uvarint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  return Uint8Array.of(...out, rest);
}

/** How many members a bit array speaks of. */
export function bitCount(bits: CompactBitArray | undefined): number {
  if (bits === undefined) return 0;
  const { elems, extraBitsStored: extra } = bits;
  const whole = extra === 0 || extra > 7 || elems.length === 0;
  return whole ? elems.length * 8 : (elems.length - 1) * 8 + extra;
}

/** Which members signed, ascending: bit i counts from the most significant one of its byte. */
export function bitsSet(bits: CompactBitArray | undefined): number[] {
  const found: number[] = [];
  for (const [at, byte] of (bits?.elems ?? []).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) found.push(at * 8 + bit);
  }
  return found;
}

/** Members' signatures, or what is wrong: nobody signs these bytes, so only one form of them may pass. */
export function memberSignatures(
  registry: Registry,
  bytes: Uint8Array,
): readonly Uint8Array[] | string {
  const scanner = new WireScanner(registry.schema, registry.resolve);
  const fault = scanner.scan("cosmos.crypto.multisig.v1beta1.MultiSignature", bytes);
  if (fault !== undefined) return `multisignature: ${fault}`;
  const decoded = MultiSignature.decode(bytes);
  const same = equalBytes(MultiSignature.encode(decoded).finish(), bytes);
  return same ? decoded.signatures : "multisignature: expected canonical bytes";
}

/** The members that signed, or what the threshold, the bits and the number of signatures lack. */
export function signingMembers(
  { threshold, members }: Multisig,
  bits: CompactBitArray | undefined,
  signatures: number,
): readonly number[] | string {
  const extra = bits?.extraBitsStored ?? 0;
  if (extra > 7 || bitCount(bits) !== members.length)
    return `bit array size is incorrect, expecting: ${members.length}`;
  const set = bitsSet(bits);
  if (set.some((member) => member >= members.length))
    return "bit array: expected no bit beyond the members";
  if (signatures !== set.length)
    return `signature size is incorrect ${signatures}, expecting: ${set.length}`;
  if (set.length < threshold)
    return `not enough signatures set, have ${set.length}, expected ${threshold}`;
  return set;
}

import { putUvarint, uvarintLength } from "../../core/store/varint.ts";
import type { Account } from "./types.ts";
import { baseAccountType, secp256k1KeyType } from "./typeUrls.ts";

const tag = { first: 10, second: 18, accountNumber: 24, sequence: 32 } as const;
const keyBytes = 33;
/** PubKey with its tag and length inside an Any with its type. */
const keyMessageBytes = 2 + keyBytes;
const keyAnyBytes = 2 + secp256k1KeyType.length + 2 + keyMessageBytes;
/** Numbers that putUvarint takes. */
const maxNumber = 2n ** 53n;

/**
 * The stored form of an account without a key or with a secp256k1 key: every transaction writes one for each of its
 * signers, and the generated encoder takes as long as all else of that write. undefined: of another kind. Equal in
 * every byte to that encoder (test/unit/modules/auth/accountBytes.test.ts).
 */
export function plainAccountBytes(account: Account): Uint8Array | undefined {
  const { address, anyPubKey, pubKey, accountNumber, sequence, moduleName } = account;
  if (moduleName !== undefined || accountNumber >= maxNumber || sequence >= maxNumber)
    return undefined;
  const isKeyed = anyPubKey !== undefined;
  const isPlainKey = pubKey?.length === keyBytes && anyPubKey?.value.length === keyMessageBytes;
  if ((isKeyed && !isPlainKey) || address.length > 127) return undefined;

  const [number, next] = [Number(accountNumber), Number(sequence)];
  const size =
    2 + address.length + (isKeyed ? 2 + keyAnyBytes : 0) + numberBytes(number) + numberBytes(next);
  const out = new Uint8Array(2 + baseAccountType.length + 1 + uvarintLength(size) + size);
  let at = putText(out, 0, tag.first, baseAccountType);
  out[at++] = tag.second;
  at = putUvarint(out, at, size);
  at = putText(out, at, tag.first, address);
  if (pubKey !== undefined) at = putKey(out, at, pubKey);
  if (number > 0) at = putNumber(out, at, tag.accountNumber, number);
  if (next > 0) putNumber(out, at, tag.sequence, next);
  return out;
}

function numberBytes(value: number): number {
  return value === 0 ? 0 : 1 + uvarintLength(value);
}

function putNumber(out: Uint8Array, at: number, field: number, value: number): number {
  out[at] = field;
  return putUvarint(out, at + 1, value);
}

/** ASCII of at most 127 characters. */
function putText(out: Uint8Array, at: number, field: number, text: string): number {
  out[at] = field;
  out[at + 1] = text.length;
  for (let i = 0; i < text.length; i++) out[at + 2 + i] = text.charCodeAt(i);
  return at + 2 + text.length;
}

function putKey(out: Uint8Array, start: number, key: Uint8Array): number {
  out[start] = tag.second;
  out[start + 1] = keyAnyBytes;
  const at = putText(out, start + 2, tag.first, secp256k1KeyType);
  out[at] = tag.second;
  out[at + 1] = keyMessageBytes;
  out[at + 2] = tag.first;
  out[at + 3] = keyBytes;
  out.set(key, at + 4);
  return at + 4 + keyBytes;
}

import { ripemd160 } from "@noble/hashes/legacy.js";
import { blake2b, blake2s } from "@noble/hashes/blake2.js";
import { sha256, sha512, sha512_256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../bytes.ts";
import type { ExistenceProof, InnerOp, LeafOp } from "./ics23.ts";
import { uvarintBytes } from "./varint.ts";

export const hashOp = { none: 0, sha256: 1 } as const;
export const lengthOp = { none: 0, varProto: 1 } as const;

/** undefined for an operation that ics23 does not define for hashing. */
export function doHash(op: number, preimage: Uint8Array): Uint8Array | undefined {
  switch (op) {
    case 1:
      return sha256(preimage);
    case 2:
      return sha512(preimage);
    case 4:
      return ripemd160(preimage);
    case 5:
      return ripemd160(sha256(preimage));
    case 6:
      return sha512_256(preimage);
    case 7:
      return blake2b(preimage, { dkLen: 64 });
    case 8:
      return blake2s(preimage, { dkLen: 32 });
    default:
      return undefined;
  }
}

function fixedLength(length: number, bytes: 4 | 8, littleEndian: boolean): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  if (bytes === 4) view.setUint32(0, length, littleEndian);
  else view.setBigUint64(0, BigInt(length), littleEndian);
  return out;
}

function lengthPrefix(op: number, length: number): Uint8Array | undefined {
  switch (op) {
    case 0:
      return new Uint8Array(0);
    case 1:
      return uvarintBytes(length);
    case 3:
    case 4:
      return fixedLength(length, 4, op === 4);
    case 5:
    case 6:
      return fixedLength(length, 8, op === 6);
    case 7:
    case 8:
      return length === (op === 7 ? 32 : 64) ? new Uint8Array(0) : undefined;
    default:
      return undefined;
  }
}

function prepared(prehash: number, length: number, data: Uint8Array): Uint8Array | undefined {
  if (data.length === 0) return undefined;
  const body = prehash === hashOp.none ? data : doHash(prehash, data);
  const prefix = body === undefined ? undefined : lengthPrefix(length, body.length);
  return body === undefined || prefix === undefined ? undefined : concatBytes(prefix, body);
}

/** undefined for an empty key or value and for unknown operations. */
export function applyLeaf(op: LeafOp, key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
  const preparedKey = prepared(op.prehashKey, op.length, key);
  const preparedValue = prepared(op.prehashValue, op.length, value);
  if (preparedKey === undefined || preparedValue === undefined) return undefined;
  return doHash(op.hash, concatBytes(op.prefix, preparedKey, preparedValue));
}

export function applyInner(op: InnerOp, child: Uint8Array): Uint8Array | undefined {
  if (child.length === 0) return undefined;
  return doHash(op.hash, concatBytes(op.prefix, child, op.suffix));
}

/** The root that a proof leads to, whatever its operations are: check them against a spec first. */
export function existenceRoot(proof: ExistenceProof): Uint8Array | undefined {
  let hash = proof.leaf === undefined ? undefined : applyLeaf(proof.leaf, proof.key, proof.value);
  for (const step of proof.path) {
    if (hash === undefined) return undefined;
    hash = applyInner(step, hash);
  }
  return hash;
}

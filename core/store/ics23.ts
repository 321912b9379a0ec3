import { concatBytes, equalBytes } from "../bytes.ts";
import { readUvarint, uvarintBytes } from "./varint.ts";

/** The messages of cosmos.ics23.v1 that a proof of one key uses; numbers are the protobuf enum values. */
export type LeafOp = {
  readonly hash: number;
  readonly prehashKey: number;
  readonly prehashValue: number;
  readonly length: number;
  readonly prefix: Uint8Array;
};

export type InnerOp = {
  readonly hash: number;
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
};

export type ExistenceProof = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly leaf: LeafOp | undefined;
  readonly path: readonly InnerOp[];
};

/** Proofs of the keys just below and just above; one of them is absent at an edge of the tree. */
export type NonExistenceProof = {
  readonly key: Uint8Array;
  readonly left: ExistenceProof | undefined;
  readonly right: ExistenceProof | undefined;
};

export type CommitmentProof =
  | { readonly kind: "exist"; readonly proof: ExistenceProof }
  | { readonly kind: "nonexist"; readonly proof: NonExistenceProof };

const noBytes = new Uint8Array(0);

function varintField(field: number, value: number): Uint8Array {
  return value === 0 ? noBytes : concatBytes(uvarintBytes(field << 3), uvarintBytes(value));
}

function bytesField(field: number, value: Uint8Array): Uint8Array {
  return value.length === 0 ? noBytes : messageField(field, value);
}

function messageField(field: number, value: Uint8Array): Uint8Array {
  return concatBytes(uvarintBytes((field << 3) | 2), uvarintBytes(value.length), value);
}

function encodeLeaf(op: LeafOp): Uint8Array {
  return concatBytes(
    varintField(1, op.hash),
    varintField(2, op.prehashKey),
    varintField(3, op.prehashValue),
    varintField(4, op.length),
    bytesField(5, op.prefix),
  );
}

function encodeInner(op: InnerOp): Uint8Array {
  return concatBytes(varintField(1, op.hash), bytesField(2, op.prefix), bytesField(3, op.suffix));
}

function encodeExistence(proof: ExistenceProof): Uint8Array {
  return concatBytes(
    bytesField(1, proof.key),
    bytesField(2, proof.value),
    proof.leaf === undefined ? noBytes : messageField(3, encodeLeaf(proof.leaf)),
    ...proof.path.map((op) => messageField(4, encodeInner(op))),
  );
}

function encodeNonExistence(proof: NonExistenceProof): Uint8Array {
  return concatBytes(
    bytesField(1, proof.key),
    proof.left === undefined ? noBytes : messageField(2, encodeExistence(proof.left)),
    proof.right === undefined ? noBytes : messageField(3, encodeExistence(proof.right)),
  );
}

export function encodeCommitmentProof(proof: CommitmentProof): Uint8Array {
  return proof.kind === "exist"
    ? messageField(1, encodeExistence(proof.proof))
    : messageField(2, encodeNonExistence(proof.proof));
}

type Field = { readonly number: number; readonly value: number | Uint8Array };

/** The fields of one message; its only wire types are varint and bytes. undefined for anything else. */
function readFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readUvarint(bytes, at);
    const body = tag === undefined ? undefined : readUvarint(bytes, tag.next);
    if (tag === undefined || body === undefined || tag.value > 63n) return undefined;
    const number = Number(tag.value >> 3n);
    if ((tag.value & 7n) === 0n) {
      if (body.value > 255n) return undefined;
      fields.push({ number, value: Number(body.value) });
      at = body.next;
    } else if ((tag.value & 7n) === 2n && body.value <= BigInt(bytes.length - body.next)) {
      at = body.next + Number(body.value);
      fields.push({ number, value: bytes.subarray(body.next, at) });
    } else {
      return undefined;
    }
  }
  return fields;
}

function numberOf(fields: readonly Field[], number: number): number | undefined {
  const value = fields.find((field) => field.number === number)?.value ?? 0;
  return typeof value === "number" ? value : undefined;
}

function bytesOf(fields: readonly Field[], number: number): Uint8Array | undefined {
  const value = fields.find((field) => field.number === number)?.value ?? noBytes;
  return typeof value === "number" ? undefined : value;
}

function decodeLeaf(bytes: Uint8Array): LeafOp | undefined {
  const fields = readFields(bytes);
  if (fields === undefined) return undefined;
  const [hash, prehashKey, prehashValue, length] = [1, 2, 3, 4].map((n) => numberOf(fields, n));
  const prefix = bytesOf(fields, 5);
  if (hash === undefined || prehashKey === undefined || prehashValue === undefined)
    return undefined;
  if (length === undefined || prefix === undefined) return undefined;
  return { hash, prehashKey, prehashValue, length, prefix };
}

function decodeInner(bytes: Uint8Array): InnerOp | undefined {
  const fields = readFields(bytes);
  if (fields === undefined) return undefined;
  const hash = numberOf(fields, 1);
  const prefix = bytesOf(fields, 2);
  const suffix = bytesOf(fields, 3);
  if (hash === undefined || prefix === undefined || suffix === undefined) return undefined;
  return { hash, prefix, suffix };
}

function decodeExistence(bytes: Uint8Array): ExistenceProof | undefined {
  const fields = readFields(bytes);
  if (fields === undefined) return undefined;
  const key = bytesOf(fields, 1);
  const value = bytesOf(fields, 2);
  if (key === undefined || value === undefined) return undefined;
  let leaf: LeafOp | undefined;
  const path: InnerOp[] = [];
  for (const { number, value: body } of fields) {
    if (number !== 3 && number !== 4) continue;
    if (typeof body === "number") return undefined;
    if (number === 3) {
      leaf = decodeLeaf(body);
      if (leaf === undefined) return undefined;
    } else {
      const op = decodeInner(body);
      if (op === undefined) return undefined;
      path.push(op);
    }
  }
  return { key, value, leaf, path };
}

function decodeNonExistence(bytes: Uint8Array): NonExistenceProof | undefined {
  const fields = readFields(bytes);
  const key = fields === undefined ? undefined : bytesOf(fields, 1);
  if (fields === undefined || key === undefined) return undefined;
  let left: ExistenceProof | undefined;
  let right: ExistenceProof | undefined;
  for (const { number, value } of fields) {
    if (number !== 2 && number !== 3) continue;
    const proof = typeof value === "number" ? undefined : decodeExistence(value);
    if (proof === undefined) return undefined;
    if (number === 2) left = proof;
    else right = proof;
  }
  return { key, left, right };
}

function decodeAny(bytes: Uint8Array): CommitmentProof | undefined {
  const [field] = readFields(bytes) ?? [];
  if (field === undefined || typeof field.value === "number") return undefined;
  if (field.number === 1) {
    const proof = decodeExistence(field.value);
    return proof === undefined ? undefined : { kind: "exist", proof };
  }
  if (field.number !== 2) return undefined;
  const proof = decodeNonExistence(field.value);
  return proof === undefined ? undefined : { kind: "nonexist", proof };
}

/**
 * undefined for damaged bytes, for batch and compressed proofs, and for any encoding but the one that
 * encodeCommitmentProof makes: unknown, doubled or disordered fields have no second reading then.
 */
export function decodeCommitmentProof(bytes: Uint8Array): CommitmentProof | undefined {
  const decoded = decodeAny(bytes);
  if (decoded === undefined) return undefined;
  return equalBytes(encodeCommitmentProof(decoded), bytes) ? decoded : undefined;
}

import { createHash } from "node:crypto";
import { utf8Encode } from "../../core/bytes.ts";
import type { Change, ChangeSet, StoreKey } from "../../core/store/kv.ts";
import { ByteReader, ByteWriter, MalformedError, sourceOf } from "./bytes.ts";

/** One committed block, as the log holds it. */
export type LogRecord = {
  readonly chain: Uint8Array;
  /** Hash of the record before, 32 zero bytes in the first one. */
  readonly previous: Uint8Array;
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly appHash: Uint8Array;
  readonly meta: Uint8Array;
  readonly changes: ChangeSet;
};

export const digestLength = 32;
export const firstPrevious = new Uint8Array(digestLength);

const format = 1;
const magic = utf8Encode("ASRC");
export const firstOfRecord = magic[0];
const headCheckLength = 4;
const headLength = magic.length + 4 + headCheckLength;

export function digest(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

export function chainDigest(chainId: string): Uint8Array {
  return digest(utf8Encode(`assay/v1/db:${chainId}`));
}

/**
 * magic, body length, a check of these two, body, sha256 of all before. The head has its own check: a damaged
 * length could otherwise pass for a record that a crash cut off, and take good records after it along.
 */
export function encodeRecord(record: LogRecord): Uint8Array {
  const body = new ByteWriter();
  body.u8(format);
  body.raw(record.chain);
  body.raw(record.previous);
  body.i64(record.height);
  body.i64(record.timeMs);
  body.raw(record.appHash);
  body.blob(record.meta);
  writeChanges(body, record.changes);
  const out = new ByteWriter(headLength + body.length + digestLength);
  out.raw(magic);
  out.u32(body.length);
  out.raw(digest(out.written()).subarray(0, headCheckLength));
  out.raw(body.written());
  out.raw(digest(out.written()));
  return out.written();
}

function writeChanges(out: ByteWriter, stores: ChangeSet): void {
  out.uvarint(stores.length);
  for (const { store, changes } of stores) {
    out.blob(utf8Encode(store));
    out.uvarint(changes.length);
    for (const { key, value } of changes) {
      out.latin(key);
      // Values are never empty, so an empty one can stand for a removed key.
      out.blob(value ?? new Uint8Array(0));
    }
  }
}

function readChanges(body: ByteReader): ChangeSet {
  return body.list(() => {
    const store = body.text();
    const changes = body.list((): Change => {
      const key = body.latin() as StoreKey;
      const value = body.blob();
      return { key, value: value.length === 0 ? undefined : value };
    });
    return { store, changes };
  });
}

function decodeBody(bytes: Uint8Array): LogRecord {
  const source = sourceOf(bytes);
  const body = new ByteReader(source);
  const version = body.u8();
  if (version !== format) throw new MalformedError(`expected format ${format}, got ${version}`);
  const record = {
    chain: body.raw(digestLength),
    previous: body.raw(digestLength),
    height: body.i64(),
    timeMs: body.i64(),
    appHash: body.raw(digestLength),
    meta: body.blob(),
    changes: readChanges(body),
  };
  if (source.rest !== 0)
    throw new MalformedError(`expected the end, got ${source.rest} bytes more`);
  return record;
}

/** What stands at an offset of a segment. `torn`: a record that a crash cut off; only legal at the very end. */
export type Scanned =
  | {
      readonly kind: "record";
      readonly record: LogRecord;
      readonly hash: Uint8Array;
      readonly end: number;
    }
  | { readonly kind: "torn" }
  | { readonly kind: "damaged"; readonly reason: string };

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function isCutHead(bytes: Uint8Array): boolean {
  const known = Math.min(bytes.length, magic.length);
  return equal(bytes.subarray(0, known), magic.subarray(0, known));
}

/** Reads the record at `at`, which is before the end of the segment. */
export function scanRecord(segment: Uint8Array, at: number): Scanned {
  const rest = segment.subarray(at);
  // A file system may show the new length before the data: zeros to the end are an append that never happened.
  if (isZero(rest.subarray(0, headLength)) && isZero(rest)) return { kind: "torn" };
  if (rest.length < headLength) {
    return isCutHead(rest)
      ? { kind: "torn" }
      : { kind: "damaged", reason: "no record starts here" };
  }
  const checked = headLength - headCheckLength;
  const check = digest(rest.subarray(0, checked)).subarray(0, headCheckLength);
  if (!isCutHead(rest) || !equal(check, rest.subarray(checked, headLength))) {
    return { kind: "damaged", reason: "the record's head is not what was written" };
  }
  const bodyLength = new DataView(rest.buffer, rest.byteOffset).getUint32(magic.length);
  const bodyEnd = headLength + bodyLength;
  if (rest.length < bodyEnd + digestLength) return { kind: "torn" };
  const hash = digest(rest.subarray(0, bodyEnd));
  const written = rest.subarray(bodyEnd, bodyEnd + digestLength);
  if (!equal(hash, written)) {
    const last = rest.length === bodyEnd + digestLength;
    if (last && isZero(written)) return { kind: "torn" };
    return { kind: "damaged", reason: "the record's checksum differs" };
  }
  return decodeFrame(rest.subarray(headLength, bodyEnd), hash, at + bodyEnd + digestLength);
}

function decodeFrame(body: Uint8Array, hash: Uint8Array, end: number): Scanned {
  try {
    return { kind: "record", record: decodeBody(body), hash, end };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { kind: "damaged", reason: error.message };
  }
}

import { ed25519 } from "@noble/curves/ed25519.js";
import type { CommitJson, ValidatorJson } from "./cometJson.ts";

// A verifier that shares nothing with the engine: CometBFT's CanonicalVote by its specification.

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes]);

function fixed(number: number, value: bigint): Buffer {
  if (value === 0n) return Buffer.alloc(0);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return Buffer.concat([varint(BigInt((number << 3) | 1)), bytes]);
}

const integer = (number: number, value: bigint): Buffer =>
  value === 0n ? Buffer.alloc(0) : Buffer.concat([varint(BigInt(number << 3)), varint(value)]);

function timestamp(text: string): Buffer {
  const [whole = "", fraction = ""] = text.slice(0, -1).split(".");
  const seconds = BigInt(Date.parse(`${whole}Z`)) / 1000n;
  return Buffer.concat([integer(1, seconds), integer(2, BigInt(fraction.padEnd(9, "0")))]);
}

function signBytes(chainId: string, commit: CommitJson, time: string): Buffer {
  const { hash, parts } = commit.block_id;
  const header = Buffer.concat([
    integer(1, BigInt(parts.total)),
    field(2, Buffer.from(parts.hash, "hex")),
  ]);
  const vote = Buffer.concat([
    integer(1, 2n),
    fixed(2, BigInt(commit.height)),
    fixed(3, BigInt(commit.round)),
    field(4, Buffer.concat([field(1, Buffer.from(hash, "hex")), field(2, header)])),
    field(5, timestamp(time)),
    field(6, Buffer.from(chainId)),
  ]);
  return Buffer.concat([varint(BigInt(vote.length)), vote]);
}

/** The voting power behind a commit's valid signatures; throws at the first bad one. */
export function signedPower(
  chainId: string,
  commit: CommitJson,
  validators: readonly ValidatorJson[],
): bigint {
  let power = 0n;
  commit.signatures.forEach((one, i) => {
    const validator = validators[i];
    if (one.block_id_flag !== 2 || validator === undefined) return;
    const message = signBytes(chainId, commit, one.timestamp);
    const key = Buffer.from(validator.pub_key.value, "base64");
    const signature = Buffer.from(one.signature ?? "", "base64");
    if (!ed25519.verify(signature, message, key)) {
      throw new Error(`signature ${i} of height ${commit.height} does not verify`);
    }
    power += BigInt(validator.voting_power);
  });
  return power;
}

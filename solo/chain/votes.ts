import { BinaryWriter } from "cosmjs-types/binary";
import { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import {
  SignedMsgType,
  type BlockID,
  type Commit,
  type CommitSig,
  type PartSetHeader,
} from "cosmjs-types/tendermint/types/types";
import { BlockIDFlag } from "cosmjs-types/tendermint/types/validator";
import { nanosOf, zeroTime } from "./time.ts";
import type { Validator } from "./validators.ts";

export const emptyBlockId: BlockID = {
  hash: new Uint8Array(),
  partSetHeader: { total: 0, hash: new Uint8Array() },
};

export const emptyCommit: Commit = { height: 0n, round: 0, blockId: emptyBlockId, signatures: [] };

export type VoteContent = {
  readonly chainId: string;
  readonly type: SignedMsgType;
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID;
  readonly timestamp: Timestamp;
};

/** What a validator signs: CanonicalVote, its length in front. */
export function voteSignBytes(vote: VoteContent): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(8).int32(vote.type);
  if (vote.height !== 0n) writer.uint32(17).sfixed64(vote.height);
  if (vote.round !== 0) writer.uint32(25).sfixed64(BigInt(vote.round));
  if (vote.blockId.hash.length > 0) writer.uint32(34).bytes(canonicalBlockId(vote.blockId));
  writer.uint32(42).bytes(Timestamp.encode(vote.timestamp).finish());
  if (vote.chainId !== "") writer.uint32(50).string(vote.chainId);
  return new BinaryWriter().bytes(writer.finish()).finish();
}

function canonicalBlockId({ hash, partSetHeader }: BlockID): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(10).bytes(hash);
  writer.uint32(18).bytes(canonicalParts(partSetHeader));
  return writer.finish();
}

function canonicalParts({ total, hash }: PartSetHeader): Uint8Array {
  const writer = new BinaryWriter();
  if (total !== 0) writer.uint32(8).uint32(total);
  if (hash.length > 0) writer.uint32(18).bytes(hash);
  return writer.finish();
}

/** The content of the vote that stands behind one signature of a commit. */
export function contentOf(chainId: string, commit: Commit, signature: CommitSig): VoteContent {
  return {
    chainId,
    type: SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT,
    height: commit.height,
    round: commit.round,
    blockId:
      signature.blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_COMMIT ? commit.blockId : emptyBlockId,
    timestamp: signature.timestamp,
  };
}

export const absentSignature: CommitSig = {
  blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_ABSENT,
  validatorAddress: new Uint8Array(),
  timestamp: zeroTime,
  signature: new Uint8Array(),
};

/** Block time is the median of the times of a commit's votes, weighted by power. */
export function medianTime(commit: Commit, validators: readonly Validator[]): Timestamp {
  const votes = commit.signatures.flatMap(({ blockIdFlag, timestamp }, i) =>
    blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_ABSENT
      ? []
      : [{ timestamp, power: validators[i]?.power ?? 0n }],
  );
  votes.sort((a, b) => compareIntegers(nanosOf(a.timestamp), nanosOf(b.timestamp)));
  let left = votes.reduce((sum, { power }) => sum + power, 0n) / 2n;
  for (const { timestamp, power } of votes) {
    if (left <= power) return timestamp;
    left -= power;
  }
  throw new Error("median time: expected a vote, got none");
}

function compareIntegers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

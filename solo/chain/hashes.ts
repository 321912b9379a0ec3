import { BinaryWriter } from "cosmjs-types/binary";
import { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import { PublicKey } from "cosmjs-types/tendermint/crypto/keys";
import { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import { DuplicateVoteEvidence, type Evidence } from "cosmjs-types/tendermint/types/evidence";
import { HashedParams, type ConsensusParams } from "cosmjs-types/tendermint/types/params";
import {
  BlockID,
  CommitSig,
  type Commit,
  type Header,
  type PartSetHeader,
} from "cosmjs-types/tendermint/types/types";
import { SimpleValidator } from "cosmjs-types/tendermint/types/validator";
import { Consensus } from "cosmjs-types/tendermint/version/types";
import { sha256 } from "../../core/crypto/sha256.ts";
import { merkleRootOf } from "./merkle.ts";
import type { Validator } from "./validators.ts";

/** CometBFT cuts a block into parts of this size for gossip; the block id holds their root. */
export const partBytes = 65_536;

const none = new Uint8Array();
const firstFieldBytes = 10;
const firstFieldVarint = 8;

/** CometBFT's cdcEncode: the value as field 1 of a message, an empty one as nothing. */
function wrappedBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return none;
  return new BinaryWriter().uint32(firstFieldBytes).bytes(bytes).finish();
}

function wrappedString(text: string): Uint8Array {
  return text === "" ? none : new BinaryWriter().uint32(firstFieldBytes).string(text).finish();
}

function wrappedInteger(value: bigint): Uint8Array {
  return value === 0n ? none : new BinaryWriter().uint32(firstFieldVarint).int64(value).finish();
}

export function headerHash(header: Header): Uint8Array {
  return merkleRootOf([
    Consensus.encode(header.version).finish(),
    wrappedString(header.chainId),
    wrappedInteger(header.height),
    Timestamp.encode(header.time).finish(),
    BlockID.encode(header.lastBlockId).finish(),
    ...[
      header.lastCommitHash,
      header.dataHash,
      header.validatorsHash,
      header.nextValidatorsHash,
      header.consensusHash,
      header.appHash,
      header.lastResultsHash,
      header.evidenceHash,
      header.proposerAddress,
    ].map(wrappedBytes),
  ]);
}

export function commitHash({ signatures }: Commit): Uint8Array {
  return merkleRootOf(signatures.map((one) => CommitSig.encode(one).finish()));
}

export function dataHash(txs: readonly Uint8Array[]): Uint8Array {
  return merkleRootOf(txs.map((tx) => sha256(tx)));
}

export function evidenceHash(evidence: readonly Evidence[]): Uint8Array {
  return merkleRootOf(
    evidence.map(({ duplicateVoteEvidence: votes }) =>
      votes === undefined ? none : DuplicateVoteEvidence.encode(votes).finish(),
    ),
  );
}

export function validatorsHash(validators: readonly Validator[]): Uint8Array {
  return merkleRootOf(
    validators.map(({ publicKey, power }) =>
      SimpleValidator.encode({
        pubKey: PublicKey.fromPartial({ ed25519: publicKey }),
        votingPower: power,
      }).finish(),
    ),
  );
}

export function paramsHash({ block }: ConsensusParams): Uint8Array {
  return sha256(
    HashedParams.encode({
      blockMaxBytes: block?.maxBytes ?? 0n,
      blockMaxGas: block?.maxGas ?? 0n,
    }).finish(),
  );
}

/** Of a result only code, data and gas are consensus values. */
export function resultsHash(results: readonly ExecTxResult[]): Uint8Array {
  return merkleRootOf(
    results.map(({ code, data, gasWanted, gasUsed }) =>
      ExecTxResult.encode(ExecTxResult.fromPartial({ code, data, gasWanted, gasUsed })).finish(),
    ),
  );
}

export function partSetHeader(block: Uint8Array): PartSetHeader {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < block.length; at += partBytes) parts.push(block.slice(at, at + partBytes));
  return { total: parts.length, hash: merkleRootOf(parts) };
}

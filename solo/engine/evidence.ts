import type { Misbehavior } from "cosmjs-types/tendermint/abci/types";
import { MisbehaviorType } from "cosmjs-types/tendermint/abci/types";
import type { Evidence } from "cosmjs-types/tendermint/types/evidence";
import { SignedMsgType, Vote, type BlockID } from "cosmjs-types/tendermint/types/types";
import { compareBytes, equalBytes } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { ChainStatus } from "../chain/blocks.ts";
import type { DevelopmentKey } from "../chain/keys.ts";
import { totalPower } from "../chain/validators.ts";
import { voteSignBytes } from "../chain/votes.ts";

/** Two signed precommits of one validator for different blocks of the last height. */
export function doubleSign(status: ChainStatus, key: DevelopmentKey): Evidence {
  const set = status.lastValidators;
  const index = set.findIndex(({ address }) => equalBytes(address, key.address));
  const other: BlockID = {
    hash: sha256(status.blockId.hash),
    partSetHeader: { total: 1, hash: sha256(status.blockId.partSetHeader.hash) },
  };
  const votes = [status.blockId, other]
    .map((blockId) => signedVote(status, key, index, blockId))
    .sort((a, b) => compareBytes(a.blockId.hash, b.blockId.hash));
  const [voteA, voteB] = votes;
  if (voteA === undefined || voteB === undefined) throw new Error("evidence: expected two votes");
  return {
    duplicateVoteEvidence: {
      ...{ voteA, voteB },
      totalVotingPower: totalPower(set),
      validatorPower: set[index]?.power ?? 0n,
      timestamp: status.time,
    },
  };
}

function signedVote(
  status: ChainStatus,
  key: DevelopmentKey,
  validatorIndex: number,
  blockId: BlockID,
): Vote {
  const content = {
    type: SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT,
    height: status.height,
    round: 0,
    blockId,
    timestamp: status.time,
  };
  const signature = key.sign(voteSignBytes({ ...content, chainId: status.chainId }));
  return Vote.fromPartial({
    ...content,
    validatorAddress: key.address,
    validatorIndex,
    signature,
  });
}

/** What the app is told of a block's evidence. */
export function misbehaviorOf(evidence: readonly Evidence[]): Misbehavior[] {
  return evidence.flatMap(({ duplicateVoteEvidence: found }) =>
    found?.voteA === undefined
      ? []
      : [
          {
            type: MisbehaviorType.DUPLICATE_VOTE,
            validator: { address: found.voteA.validatorAddress, power: found.validatorPower },
            height: found.voteA.height,
            time: found.timestamp,
            totalVotingPower: found.totalVotingPower,
          },
        ],
  );
}

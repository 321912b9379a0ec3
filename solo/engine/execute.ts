import type {
  CommitInfo,
  RequestFinalizeBlock,
  ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import type { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import type { Commit } from "cosmjs-types/tendermint/types/types";
import type { ChainStatus, MadeBlock } from "../chain/blocks.ts";
import { resultsHash, validatorsHash } from "../chain/hashes.ts";
import { updatedSet, type Validator } from "../chain/validators.ts";
import { misbehaviorOf } from "./evidence.ts";

/** The votes of a commit as the app sees them. */
export function commitInfo(commit: Commit, set: readonly Validator[]): CommitInfo {
  return {
    round: commit.round,
    votes: commit.signatures.map(({ blockIdFlag }, i) => ({
      validator: {
        address: set[i]?.address ?? new Uint8Array(),
        power: set[i]?.power ?? 0n,
      },
      blockIdFlag,
    })),
  };
}

/** FinalizeBlock of a block on the status before it. */
export function finalizeRequest(status: ChainStatus, made: MadeBlock): RequestFinalizeBlock {
  const { block, header, blockId } = made;
  return {
    txs: block.data.txs,
    decidedLastCommit: commitInfo(lastCommitOf(made), status.lastValidators),
    misbehavior: misbehaviorOf(block.evidence.evidence),
    hash: blockId.hash,
    height: header.height,
    time: header.time,
    nextValidatorsHash: validatorsHash(status.nextValidators),
    proposerAddress: header.proposerAddress,
  };
}

export function lastCommitOf({ block }: MadeBlock): Commit {
  if (block.lastCommit === undefined) throw new Error("block: expected a last commit, got none");
  return block.lastCommit;
}

/** The status after a block, of which only the app's answer was unknown. */
export function statusAfter(
  status: ChainStatus,
  { header, blockId }: MadeBlock,
  result: ResponseFinalizeBlock,
): ChainStatus {
  if (result.txResults.length > 0 && result.appHash.length === 0) {
    throw new Error(`app hash of height ${header.height}: expected one, got none`);
  }
  const { consensusParamUpdates: changes } = result;
  return {
    ...status,
    height: header.height,
    time: header.time,
    blockId,
    appHash: result.appHash,
    lastResultsHash: resultsHash(result.txResults),
    params: changes === undefined ? status.params : updatedParams(status.params, changes),
    appVersion: changes?.version?.app ?? status.appVersion,
    lastValidators: status.validators,
    validators: status.nextValidators,
    // Updates of height h act at h + 2.
    nextValidators: updatedSet(status.nextValidators, result.validatorUpdates),
  };
}

/** Each part that is there replaces the whole part. */
export function updatedParams(params: ConsensusParams, changes: ConsensusParams): ConsensusParams {
  return {
    block: changes.block ?? params.block,
    evidence: changes.evidence ?? params.evidence,
    validator: changes.validator ?? params.validator,
    version: changes.version ?? params.version,
    abci: changes.abci ?? params.abci,
  } as ConsensusParams;
}

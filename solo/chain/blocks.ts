import { Block } from "cosmjs-types/tendermint/types/block";
import type { Evidence } from "cosmjs-types/tendermint/types/evidence";
import type { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import type { BlockID, Commit, Header } from "cosmjs-types/tendermint/types/types";
import type { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import {
  commitHash,
  dataHash,
  evidenceHash,
  headerHash,
  paramsHash,
  partSetHeader,
  validatorsHash,
} from "./hashes.ts";
import type { Validator } from "./validators.ts";

/** CometBFT v0.38's block protocol. */
export const blockVersion = 11n;

/** What the chain is after a block, and all that the next header says of it. */
export type ChainStatus = {
  readonly chainId: string;
  readonly initialHeight: bigint;
  /** 0 before the first block. */
  readonly height: bigint;
  readonly time: Timestamp;
  readonly blockId: BlockID;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly appVersion: bigint;
  readonly params: ConsensusParams;
  /** Of the last block, of the next one, and of the one after it. */
  readonly lastValidators: readonly Validator[];
  readonly validators: readonly Validator[];
  readonly nextValidators: readonly Validator[];
};

export type MadeBlock = {
  readonly block: Block;
  readonly header: Header;
  readonly bytes: Uint8Array;
  readonly blockId: BlockID;
};

export type BlockContent = {
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Evidence[];
  readonly lastCommit: Commit;
  readonly time: Timestamp;
  readonly proposer: Uint8Array;
};

/** Comet's first height may be any. */
export const nextHeight = ({ height, initialHeight }: ChainStatus): bigint =>
  height === 0n ? initialHeight : height + 1n;

export function makeBlock(status: ChainStatus, content: BlockContent): MadeBlock {
  const { txs, evidence, lastCommit, time, proposer } = content;
  const header: Header = {
    version: { block: blockVersion, app: status.appVersion },
    chainId: status.chainId,
    height: nextHeight(status),
    time,
    lastBlockId: status.blockId,
    lastCommitHash: commitHash(lastCommit),
    dataHash: dataHash(txs),
    validatorsHash: validatorsHash(status.validators),
    nextValidatorsHash: validatorsHash(status.nextValidators),
    consensusHash: paramsHash(status.params),
    appHash: status.appHash,
    lastResultsHash: status.lastResultsHash,
    evidenceHash: evidenceHash(evidence),
    proposerAddress: proposer,
  };
  const block: Block = {
    header,
    data: { txs: [...txs] },
    evidence: { evidence: [...evidence] },
    lastCommit,
  };
  return withId(block);
}

/** A block with what its bytes say of it. */
export function withId(block: Block): MadeBlock {
  const bytes = Block.encode(block).finish();
  const blockId = { hash: headerHash(block.header), partSetHeader: partSetHeader(bytes) };
  return { block, header: block.header, bytes, blockId };
}

import type { Block } from "cosmjs-types/tendermint/types/block";
import { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import type { BlockID, Commit, Header } from "cosmjs-types/tendermint/types/types";
import { parseTime, zeroTime } from "../../solo/chain/time.ts";
import type { Validator } from "../../solo/chain/validators.ts";

/** JSON of CometBFT's RPC, as far as blocks and commits go. */
export type IdJson = { hash: string; parts: { total: number; hash: string } };
export type HeaderJson = {
  version: { block: string; app?: string };
  last_block_id: IdJson;
} & Record<
  | "chain_id"
  | "height"
  | "time"
  | "last_commit_hash"
  | "data_hash"
  | "validators_hash"
  | "next_validators_hash"
  | "consensus_hash"
  | "app_hash"
  | "last_results_hash"
  | "evidence_hash"
  | "proposer_address",
  string
>;
export type CommitJson = {
  height: string;
  round: number;
  block_id: IdJson;
  signatures: {
    block_id_flag: number;
    validator_address: string;
    timestamp: string;
    signature: string | null;
  }[];
};
export type BlockJson = {
  header: HeaderJson;
  data: { txs: string[] };
  evidence: { evidence: unknown[] };
  last_commit: CommitJson;
};
export type ValidatorJson = {
  address: string;
  pub_key: { value: string };
  voting_power: string;
};

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
export const base64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));

export const idOf = ({ hash, parts }: IdJson): BlockID => ({
  hash: hex(hash),
  partSetHeader: { total: parts.total, hash: hex(parts.hash) },
});

export const headerOf = (json: HeaderJson): Header => ({
  version: { block: BigInt(json.version.block), app: BigInt(json.version.app ?? "0") },
  chainId: json.chain_id,
  height: BigInt(json.height),
  time: parseTime(json.time),
  lastBlockId: idOf(json.last_block_id),
  lastCommitHash: hex(json.last_commit_hash),
  dataHash: hex(json.data_hash),
  validatorsHash: hex(json.validators_hash),
  nextValidatorsHash: hex(json.next_validators_hash),
  consensusHash: hex(json.consensus_hash),
  appHash: hex(json.app_hash),
  lastResultsHash: hex(json.last_results_hash),
  evidenceHash: hex(json.evidence_hash),
  proposerAddress: hex(json.proposer_address),
});

export const commitOf = (json: CommitJson): Commit => ({
  height: BigInt(json.height),
  round: json.round,
  blockId: idOf(json.block_id),
  signatures: json.signatures.map((one) => ({
    blockIdFlag: one.block_id_flag,
    validatorAddress: hex(one.validator_address),
    timestamp: one.timestamp.startsWith("0001-") ? zeroTime : parseTime(one.timestamp),
    signature: base64(one.signature ?? ""),
  })),
});

export const blockOf = (json: BlockJson): Block => ({
  header: headerOf(json.header),
  data: { txs: json.data.txs.map(base64) },
  evidence: { evidence: [] },
  lastCommit: commitOf(json.last_commit),
});

export const validatorOf = ({ address, pub_key: key, voting_power }: ValidatorJson): Validator => ({
  address: hex(address),
  publicKey: base64(key.value),
  power: BigInt(voting_power),
});

export const paramsOf = (block: { max_bytes: string; max_gas: string }): ConsensusParams =>
  ConsensusParams.fromPartial({
    block: { maxBytes: BigInt(block.max_bytes), maxGas: BigInt(block.max_gas) },
  });

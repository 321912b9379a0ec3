import type {
  Event,
  ExecTxResult,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ValidatorUpdate,
} from "cosmjs-types/tendermint/abci/types";
import type { Evidence } from "cosmjs-types/tendermint/types/evidence";
import type { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import type { BlockID, Commit, Header, Vote } from "cosmjs-types/tendermint/types/types";
import type { MadeBlock } from "../chain/blocks.ts";
import { lastCommitOf } from "../engine/execute.ts";
import { formatTime } from "../chain/time.ts";
import type { MerkleProof } from "../chain/merkle.ts";
import type { Validator } from "../chain/validators.ts";

// The JSON of CometBFT's RPC: 64-bit integers are strings, hashes upper-case hex, bytes base64.
export type Json = Record<string, unknown>;

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const base64OrNull = (bytes: Uint8Array): string | null =>
  bytes.length === 0 ? null : base64(bytes);

export const blockIdJson = ({ hash, partSetHeader }: BlockID): Json => ({
  hash: hex(hash),
  parts: { total: partSetHeader.total, hash: hex(partSetHeader.hash) },
});

export const headerJson = (header: Header): Json => ({
  version: {
    block: String(header.version.block),
    ...(header.version.app === 0n ? {} : { app: String(header.version.app) }),
  },
  chain_id: header.chainId,
  height: String(header.height),
  time: formatTime(header.time),
  last_block_id: blockIdJson(header.lastBlockId),
  last_commit_hash: hex(header.lastCommitHash),
  data_hash: hex(header.dataHash),
  validators_hash: hex(header.validatorsHash),
  next_validators_hash: hex(header.nextValidatorsHash),
  consensus_hash: hex(header.consensusHash),
  app_hash: hex(header.appHash),
  last_results_hash: hex(header.lastResultsHash),
  evidence_hash: hex(header.evidenceHash),
  proposer_address: hex(header.proposerAddress),
});

export const commitJson = (commit: Commit): Json => ({
  height: String(commit.height),
  round: commit.round,
  block_id: blockIdJson(commit.blockId),
  signatures: commit.signatures.map((one) => ({
    block_id_flag: one.blockIdFlag,
    validator_address: hex(one.validatorAddress),
    timestamp: formatTime(one.timestamp),
    signature: base64OrNull(one.signature),
  })),
});

const voteJson = (vote: Vote): Json => ({
  type: vote.type,
  height: String(vote.height),
  round: vote.round,
  block_id: blockIdJson(vote.blockId),
  timestamp: formatTime(vote.timestamp),
  validator_address: hex(vote.validatorAddress),
  validator_index: vote.validatorIndex,
  signature: base64OrNull(vote.signature),
});

const evidenceJson = ({ duplicateVoteEvidence: found }: Evidence): Json => ({
  type: "tendermint/DuplicateVoteEvidence",
  value: found?.voteA &&
    found.voteB && {
      vote_a: voteJson(found.voteA),
      vote_b: voteJson(found.voteB),
      TotalVotingPower: String(found.totalVotingPower),
      ValidatorPower: String(found.validatorPower),
      Timestamp: formatTime(found.timestamp),
    },
});

export const blockJson = (made: MadeBlock): Json => ({
  header: headerJson(made.header),
  data: { txs: made.block.data.txs.map(base64) },
  evidence: { evidence: made.block.evidence.evidence.map(evidenceJson) },
  last_commit: commitJson(lastCommitOf(made)),
});

export const metaJson = (made: MadeBlock): Json => ({
  block_id: blockIdJson(made.blockId),
  block_size: String(made.bytes.length),
  header: headerJson(made.header),
  num_txs: String(made.block.data.txs.length),
});

export const eventsJson = (events: readonly Event[]): Json[] =>
  events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map(({ key, value, index }) => ({ key, value, index })),
  }));

export const txResultJson = (result: ExecTxResult | ResponseCheckTx): Json => ({
  code: result.code,
  data: base64OrNull(result.data),
  log: result.log,
  info: result.info,
  gas_wanted: String(result.gasWanted),
  gas_used: String(result.gasUsed),
  events: eventsJson(result.events),
  codespace: result.codespace,
});

const updateJson = ({ pubKey, power }: ValidatorUpdate): Json => ({
  pub_key: {
    Sum: {
      type: "tendermint.crypto.PublicKey_Ed25519",
      value: { ed25519: base64(pubKey.ed25519 ?? new Uint8Array()) },
    },
  },
  power: String(power),
});

export const blockResultJson = (result: ResponseFinalizeBlock): Json => ({
  txs_results: result.txResults.length === 0 ? null : result.txResults.map(txResultJson),
  finalize_block_events: eventsJson(result.events),
  validator_updates:
    result.validatorUpdates.length === 0 ? null : result.validatorUpdates.map(updateJson),
  consensus_param_updates:
    result.consensusParamUpdates === undefined ? null : paramsJson(result.consensusParamUpdates),
  app_hash: base64(result.appHash),
});

/** What events of new blocks carry. */
export const finalizeJson = (result: ResponseFinalizeBlock): Json => ({
  events: eventsJson(result.events),
  tx_results: result.txResults.map(txResultJson),
  validator_updates: result.validatorUpdates.map(updateJson),
  app_hash: base64(result.appHash),
});

export const pubKeyJson = (publicKey: Uint8Array): Json => ({
  type: "tendermint/PubKeyEd25519",
  value: base64(publicKey),
});

export const validatorJson = ({ address, publicKey, power }: Validator): Json => ({
  address: hex(address),
  pub_key: pubKeyJson(publicKey),
  voting_power: String(power),
  proposer_priority: "0",
});

export function paramsJson(params: Partial<ConsensusParams>): Json {
  const { block, evidence, validator, version, abci } = params;
  const age = evidence?.maxAgeDuration;
  return {
    block: block && { max_bytes: String(block.maxBytes), max_gas: String(block.maxGas) },
    evidence: evidence && {
      max_age_num_blocks: String(evidence.maxAgeNumBlocks),
      max_age_duration: String((age?.seconds ?? 0n) * 1_000_000_000n + BigInt(age?.nanos ?? 0)),
      max_bytes: String(evidence.maxBytes),
    },
    validator: validator && { pub_key_types: validator.pubKeyTypes },
    version: version && (version.app === 0n ? {} : { app: String(version.app) }),
    abci: abci && { vote_extensions_enable_height: String(abci.voteExtensionsEnableHeight) },
  };
}

export const proofJson = (proof: MerkleProof): Json => ({
  total: String(proof.total),
  index: String(proof.index),
  leaf_hash: base64(proof.leafHash),
  aunts: proof.aunts.map(base64),
});

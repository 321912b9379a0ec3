import { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import { BlockID } from "cosmjs-types/tendermint/types/types";
import { utf8Decode, utf8Encode } from "../../core/bytes.ts";
import type { ChainStatus } from "../chain/blocks.ts";
import { consensusAddress } from "../chain/keys.ts";
import { nanosOf, timeFromNanos } from "../chain/time.ts";
import type { Validator } from "../chain/validators.ts";

type SavedSet = readonly (readonly [publicKey: string, power: string])[];

type Saved = {
  readonly chain_id: string;
  readonly initial_height: string;
  readonly height: string;
  readonly time: string;
  readonly block_id: string;
  readonly app_hash: string;
  readonly results_hash: string;
  readonly app_version: string;
  readonly params: string;
  readonly sets: readonly [SavedSet, SavedSet, SavedSet];
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));

function savedSet(set: readonly Validator[]): SavedSet {
  return set.map(({ publicKey, power }) => [base64(publicKey), String(power)] as const);
}

function setOf(saved: SavedSet): Validator[] {
  return saved.map(([key, power]) => {
    const publicKey = fromBase64(key);
    return { address: consensusAddress(publicKey), publicKey, power: BigInt(power) };
  });
}

export function encodeStatus(status: ChainStatus): Uint8Array {
  const saved: Saved = {
    chain_id: status.chainId,
    initial_height: String(status.initialHeight),
    height: String(status.height),
    time: String(nanosOf(status.time)),
    block_id: base64(BlockID.encode(status.blockId).finish()),
    app_hash: base64(status.appHash),
    results_hash: base64(status.lastResultsHash),
    app_version: String(status.appVersion),
    params: base64(ConsensusParams.encode(status.params).finish()),
    sets: [
      savedSet(status.lastValidators),
      savedSet(status.validators),
      savedSet(status.nextValidators),
    ],
  };
  return utf8Encode(JSON.stringify(saved));
}

export function decodeStatus(body: Uint8Array): ChainStatus {
  const saved = JSON.parse(utf8Decode(body)) as Saved;
  const [last, current, next] = saved.sets;
  return {
    chainId: saved.chain_id,
    initialHeight: BigInt(saved.initial_height),
    height: BigInt(saved.height),
    time: timeFromNanos(BigInt(saved.time)),
    blockId: BlockID.decode(fromBase64(saved.block_id)),
    appHash: fromBase64(saved.app_hash),
    lastResultsHash: fromBase64(saved.results_hash),
    appVersion: BigInt(saved.app_version),
    params: ConsensusParams.decode(fromBase64(saved.params)),
    lastValidators: setOf(last),
    validators: setOf(current),
    nextValidators: setOf(next),
  };
}

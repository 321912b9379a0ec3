import { readFileSync } from "node:fs";
import { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import type { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import { fromHex } from "../../core/bytes.ts";
import { consensusAddress } from "../chain/keys.ts";
import { parseTime } from "../chain/time.ts";
import { sortedSet, type Validator } from "../chain/validators.ts";

export type Genesis = {
  readonly time: Timestamp;
  readonly chainId: string;
  readonly initialHeight: bigint;
  readonly params: ConsensusParams;
  readonly validators: readonly Validator[];
  readonly appHash: Uint8Array;
  /** JSON text. */
  readonly appState: string;
  /** The file's content, for RPC. */
  readonly document: unknown;
};

type Document = {
  readonly genesis_time: string;
  readonly chain_id: string;
  readonly initial_height?: string;
  readonly consensus_params?: {
    readonly block: { readonly max_bytes: string; readonly max_gas: string };
    readonly evidence: {
      readonly max_age_num_blocks: string;
      readonly max_age_duration: string;
      readonly max_bytes: string;
    };
    readonly validator: { readonly pub_key_types: string[] };
    readonly version?: { readonly app?: string };
    readonly abci?: { readonly vote_extensions_enable_height?: string };
  };
  readonly validators?: readonly {
    readonly pub_key: { readonly value: string };
    readonly power: string;
  }[];
  readonly app_hash?: string;
  readonly app_state?: unknown;
};

export function readGenesis(path: string): Genesis {
  const document = JSON.parse(readFileSync(path, "utf8")) as Document;
  const validators = (document.validators ?? []).map(({ pub_key, power }) => {
    const publicKey = Uint8Array.from(Buffer.from(pub_key.value, "base64"));
    return { address: consensusAddress(publicKey), publicKey, power: BigInt(power) };
  });
  return {
    time: parseTime(document.genesis_time),
    chainId: document.chain_id,
    initialHeight: BigInt(document.initial_height ?? "1") || 1n,
    params: paramsOf(document),
    validators: sortedSet(validators),
    appHash: fromHex((document.app_hash ?? "").toLowerCase()) ?? new Uint8Array(),
    appState: JSON.stringify(document.app_state ?? {}),
    document,
  };
}

/** What the file leaves out is CometBFT's default. */
function paramsOf({ consensus_params: given }: Document): ConsensusParams {
  return ConsensusParams.fromPartial({
    block: {
      maxBytes: BigInt(given?.block.max_bytes ?? "22020096"),
      maxGas: BigInt(given?.block.max_gas ?? "-1"),
    },
    evidence: {
      maxAgeNumBlocks: BigInt(given?.evidence.max_age_num_blocks ?? "100000"),
      maxAgeDuration: durationOf(given?.evidence.max_age_duration ?? "172800000000000"),
      maxBytes: BigInt(given?.evidence.max_bytes ?? "1048576"),
    },
    validator: { pubKeyTypes: given?.validator.pub_key_types ?? ["ed25519"] },
    version: { app: BigInt(given?.version?.app ?? "0") },
    abci: {
      voteExtensionsEnableHeight: BigInt(given?.abci?.vote_extensions_enable_height ?? "0"),
    },
  });
}

function durationOf(nanos: string): { seconds: bigint; nanos: number } {
  const all = BigInt(nanos);
  return { seconds: all / 1_000_000_000n, nanos: Number(all % 1_000_000_000n) };
}

import type { ConsensusParams } from "../proto/cosmos.ts";
import type { MinGasPrice } from "./tx/fee.ts";
import type { MempoolLimits } from "./tx/mempool.ts";

export const appName = "assay";
/** Of the state machine: CometBFT's header, the genesis file and Info show the same number. */
export const appVersion = 0n;

/** What one node may choose; nothing of it can change a block's result. */
export type NodeConfig = {
  readonly chainId: string;
  readonly version: string;
  readonly minGasPrices: readonly MinGasPrice[];
  /** 0n keeps every block. */
  readonly minRetainBlocks: bigint;
  readonly queryGasLimit: bigint;
  /** The last block that this node makes; 0n for no end. */
  readonly haltHeight: bigint;
  /** The secret that signs beacon contributions; undefined on nodes that never propose. */
  readonly beaconSecret: Uint8Array | undefined;
  /** CometBFT's; without them no room is kept for posts. */
  readonly mempool?: MempoolLimits;
  /** Where the times of old blocks are kept; undefined: nowhere. */
  readonly timeMarksFile?: string | undefined;
  /** undefined: snapshots are neither given nor taken. */
  readonly stateSync?: StateSyncConfig | undefined;
};

/** How a node takes part in state sync. */
export type StateSyncConfig = {
  /** Whether peers are given this node's snapshots. */
  readonly serve: boolean;
  /** Of this node's own genesis file: no tree holds them, and no peer is asked for them. */
  readonly genesisParams: ConsensusParams;
  /** The largest snapshot that this node takes. */
  readonly maxBodyBytes: number;
};

export const defaultQueryGasLimit = 100_000_000n;

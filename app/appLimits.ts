import type { ConsensusParams } from "../proto/cosmos.ts";

export type BlockLimits = {
  readonly maxBytes: bigint;
  /** undefined: no limit. */
  readonly maxGas: bigint | undefined;
};

/** CometBFT's hard cap, which -1 stands for. */
const hardMaxBytes = 104_857_600n;

export function limitsOf(params: ConsensusParams): BlockLimits {
  const { maxBytes = -1n, maxGas = -1n } = params.block ?? {};
  return {
    maxBytes: maxBytes > 0n ? maxBytes : hardMaxBytes,
    maxGas: maxGas > 0n ? maxGas : undefined,
  };
}

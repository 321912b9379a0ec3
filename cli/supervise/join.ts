import type { TomlValue } from "./editToml.ts";

/** A block that the operator has from somebody he trusts, and where the light client asks for all others. */
export type Trust = {
  readonly height: number;
  /** Of the block's header: 64 hex digits. */
  readonly hash: string;
  /** At least two, better of different owners: the second is the witness of what the first one says. */
  readonly rpcServers: readonly string[];
};

/** [statesync] of config.toml. CometBFT looks at it only while it has no block. */
export function joinSettings({ height, hash, rpcServers }: Trust): Record<string, TomlValue> {
  return {
    "statesync.enable": true,
    "statesync.rpc_servers": rpcServers.join(","),
    "statesync.trust_height": height,
    "statesync.trust_hash": hash.toUpperCase(),
    "statesync.trust_period": "168h0m0s",
  };
}

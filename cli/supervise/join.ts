import { userError } from "../../client/errors/index.ts";
import type { TomlValue } from "./editToml.ts";

/** A block that the operator has from somebody he trusts, and where the light client asks for all others. */
export type Trust = {
  readonly height: number;
  /** Of the block's header: 64 hex digits. */
  readonly hash: string;
  /** At least two, better of different owners: the second is the witness of what the first one says. */
  readonly rpcServers: readonly string[];
};

export type TrustFlags = {
  readonly trustHeight?: string;
  readonly trustHash?: string;
  readonly rpcServers?: string;
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

/** undefined without any of the three flags; all of them or none. */
export function trustOf(flags: TrustFlags): Trust | undefined {
  const { trustHeight = "", trustHash = "", rpcServers = "" } = flags;
  if (trustHeight === "" && trustHash === "" && rpcServers === "") return undefined;
  requireFlag("--trust-height", /^[1-9][0-9]{0,14}$/, "a height above 0", trustHeight);
  requireFlag("--trust-hash", /^[0-9a-fA-F]{64}$/, "64 hex digits", trustHash);
  const url = /^https?:\/\/[^\s,"]+$/;
  const servers = rpcServers.split(",").map((server) => server.trim());
  if (servers.length < 2 || !servers.every((server) => url.test(server))) {
    const expected = "two or more http:// or https:// addresses with commas between";
    throw wrong("--rpc-servers", expected, rpcServers);
  }
  return { height: Number(trustHeight), hash: trustHash, rpcServers: servers };
}

function requireFlag(name: string, form: RegExp, expected: string, value: string): void {
  if (!form.test(value)) throw wrong(name, expected, value);
}

function wrong(field: string, expected: string, actual: string): Error {
  return userError("E4011", { field, expected, actual: actual === "" ? "nothing" : actual });
}

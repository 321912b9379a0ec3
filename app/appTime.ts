import type { Timestamp } from "../proto/cosmos.ts";

/** Milliseconds since 1970, floored; the chain knows no finer time. */
export function msOf({ seconds, nanos }: Timestamp): bigint {
  return seconds * 1000n + BigInt(Math.floor(nanos / 1_000_000));
}

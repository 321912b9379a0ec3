import type { TxError } from "../../core/errors.ts";
import { divFloor, mod } from "../../core/math/integers.ts";
import type { Duration, Timestamp } from "../../proto/cosmos.ts";
import { errors } from "./errors.ts";

const second = 1_000_000_000n;
const millisecond = 1_000_000n;
/** Year 9999, the last of protobuf's timestamps and as long as a period can be. */
const maxSeconds = 253_402_300_799n;
/** How Go writes the time that nobody set. */
const goZeroSeconds = -62_135_596_800n;

export function nanosOf({ seconds, nanos }: Timestamp | Duration): bigint {
  return seconds * second + BigInt(nanos);
}

export function nanosOfMs(ms: bigint): bigint {
  return ms * millisecond;
}

export function timestampOf(nanos: bigint): Timestamp {
  return { seconds: divFloor(nanos, second), nanos: Number(mod(nanos, second)) };
}

/** The last millisecond at which a grant with this expiration still holds. */
export function lastMsOf(expiration: Timestamp): bigint {
  return divFloor(nanosOf(expiration), millisecond);
}

function hasRange({ seconds, nanos }: Timestamp | Duration, least: bigint): boolean {
  return seconds >= least && seconds <= maxSeconds && nanos >= 0 && nanos < 1_000_000_000;
}

/** feegrant/4 in the SDK's words. */
function tooFar(what: string): TxError {
  return errors.invalidDuration(`${what}: expected at most the year 9999: invalid duration`);
}

export function expirationFault(expiration: Timestamp): TxError | undefined {
  if (expiration.seconds < 0n) {
    return errors.invalidDuration("expiration time cannot be negative: invalid duration");
  }
  return hasRange(expiration, 0n) ? undefined : tooFar("expiration");
}

export function periodFault(period: Duration): TxError | undefined {
  if (period.seconds < 0n || period.nanos < 0) {
    return errors.invalidDuration("negative clock step: invalid duration");
  }
  return hasRange(period, 0n) ? undefined : tooFar("period");
}

export function resetFault(reset: Timestamp): TxError | undefined {
  return hasRange(reset, goZeroSeconds) ? undefined : tooFar("period reset");
}

import type { Timestamp } from "cosmjs-types/google/protobuf/timestamp";

const perSecond = 1_000_000_000n;

/** Go's zero time, which stands where a validator did not sign. */
export const zeroTime: Timestamp = { seconds: -62_135_596_800n, nanos: 0 };

export function timeFromNanos(nanos: bigint): Timestamp {
  const seconds = nanos / perSecond;
  return { seconds, nanos: Number(nanos - seconds * perSecond) };
}

export const nanosOf = ({ seconds, nanos }: Timestamp): bigint =>
  seconds * perSecond + BigInt(nanos);

/** RFC 3339 as Go prints it: no more digits of the fraction than it needs. */
export function formatTime({ seconds, nanos }: Timestamp): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (nanos === 0) return `${whole}Z`;
  const fraction = trimmedZeros(String(nanos).padStart(9, "0"));
  return `${whole}.${fraction}Z`;
}

export function parseTime(text: string): Timestamp {
  const [, whole = "", fraction = ""] = /^([^.Z]+)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const milliseconds = Date.parse(`${whole}Z`);
  if (Number.isNaN(milliseconds)) {
    throw new RangeError(`time: expected RFC 3339 in UTC, got ${text}`);
  }
  return { seconds: BigInt(milliseconds) / 1000n, nanos: Number(fraction.padEnd(9, "0")) };
}

function trimmedZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

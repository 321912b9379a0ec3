import { divFloor, mod } from "../math/integers.ts";
import { unsignable } from "./errors.ts";

const daySeconds = 86_400n;
const secondNanos = 1_000_000_000n;
/** From 0001-01-01 to 9999-12-31, protobuf's range. */
const leastSeconds = -62_135_596_800n;
const mostSeconds = 253_402_300_799n;
/** Above it Go's nanoseconds would not fit into 64 bits. */
const longestSeconds = 9_223_372_035n;

type Time = { readonly seconds: bigint; readonly nanos: bigint };

function padded(value: bigint, width: number): string {
  return value.toString().padStart(width, "0");
}

/** RFC 3339 in UTC, the fraction without trailing zeros. */
export function timestampText({ seconds, nanos }: Time): string {
  if (seconds < leastSeconds || seconds > mostSeconds)
    throw unsignable(`timestamp: expected a year of 1..9999, got ${seconds} seconds`);
  if (nanos < 0n || nanos >= secondNanos)
    throw unsignable(`timestamp: expected 0..999999999 nanos, got ${nanos}`);
  // Counted from 0000-03-01, so that the leap day is the last of its year.
  const sinceMarch = seconds + 719_468n * daySeconds;
  const clock = mod(sinceMarch, daySeconds);
  const { year, month, day } = dateOf(divFloor(sinceMarch, daySeconds));
  const hours = divFloor(clock, 3_600n);
  const minutes = mod(divFloor(clock, 60n), 60n);
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  const time = `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(mod(clock, 60n), 2)}`;
  return `${date}T${time}${fraction(nanos)}Z`;
}

function fraction(nanos: bigint): string {
  if (nanos === 0n) return "";
  let text = padded(nanos, 9);
  while (text.endsWith("0")) text = text.slice(0, -1);
  return `.${text}`;
}

/** The Gregorian date of a day counted from 0000-03-01 (Hinnant's days algorithm). */
function dateOf(days: bigint): { year: bigint; month: bigint; day: bigint } {
  const era = divFloor(days, 146_097n);
  const ofEra = mod(days, 146_097n);
  const leaps = divFloor(ofEra, 1_460n) - divFloor(ofEra, 36_524n) + divFloor(ofEra, 146_096n);
  const yearOfEra = divFloor(ofEra - leaps, 365n);
  const ofYear = ofEra - (365n * yearOfEra + divFloor(yearOfEra, 4n) - divFloor(yearOfEra, 100n));
  const fromMarch = divFloor(5n * ofYear + 2n, 153n);
  const day = ofYear - divFloor(153n * fromMarch + 2n, 5n) + 1n;
  const month = fromMarch < 10n ? fromMarch + 3n : fromMarch - 9n;
  return { year: yearOfEra + era * 400n + (month <= 2n ? 1n : 0n), month, day };
}

/** All of it in nanoseconds. */
export function durationText({ seconds, nanos }: Time): string {
  if (seconds < -longestSeconds || seconds > longestSeconds)
    throw unsignable(`duration: expected at most ${longestSeconds} seconds, got ${seconds}`);
  const oneSign = seconds === 0n || nanos === 0n || seconds > 0n === nanos > 0n;
  if (nanos <= -secondNanos || nanos >= secondNanos || !oneSign)
    throw unsignable(`duration: expected fewer nanos than a second, got ${seconds}s and ${nanos}`);
  return (seconds * secondNanos + nanos).toString();
}

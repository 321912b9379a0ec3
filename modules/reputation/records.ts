import type { Dec } from "../../core/brand.ts";
import { decayed } from "../../core/math/decay.ts";
import { dec, one, ratio } from "../../core/math/dec.ts";
import { amount, divFloor, maxAmount, min } from "../../core/math/integers.ts";
import type { Ages } from "./ages.ts";
import type { Counter, Incidents, Place, Work } from "./types.ts";

/** What a counter and the sums of a place have in common. */
export type Tally = Pick<
  Counter,
  "successes" | "failures" | "epoch" | "successesBefore" | "failuresBefore"
>;

const none = dec(0n);
const noTally = { successes: none, failures: none, successesBefore: none, failuresBefore: none };

export function newCounter({ node, service, role, key }: Work, epoch: bigint): Counter {
  return { node, service, role, key, epoch, ...noTally };
}

export function newIncidents({ node, service }: Place, epoch: bigint): Incidents {
  return {
    ...{ node, service, epoch, ...noTally },
    ...{ load: none, loadBefore: none, slashedTotal: amount(0n), count: 0n, lastHeight: 0n },
    ...{ recentMs: [], goodSeats: none },
  };
}

/** Saturates where the stored form ends (THREATS C8): more work than that changes no reputation. */
export function added(value: Dec, more: bigint): Dec {
  return dec(min(value + more, maxAmount));
}

/** At the start of the current epoch, with what stood there kept as `before`. */
export function touchedCounter(counter: Counter, ages: Ages): Counter {
  if (counter.epoch === ages.epoch) return counter;
  const age = ages.since(counter.epoch);
  const successes = decayed(counter.successes, age);
  const failures = decayed(counter.failures, age);
  const before = { successesBefore: successes, failuresBefore: failures };
  return { ...counter, epoch: ages.epoch, successes, failures, ...before };
}

export function touchedIncidents(record: Incidents, ages: Ages): Incidents {
  if (record.epoch === ages.epoch) return record;
  const age = ages.since(record.epoch);
  const successes = decayed(record.successes, age);
  const failures = decayed(record.failures, age);
  const load = decayed(record.load, age);
  const goodSeats = decayed(record.goodSeats, age);
  const before = { successesBefore: successes, failuresBefore: failures, loadBefore: load };
  return { ...record, epoch: ages.epoch, successes, failures, load, goodSeats, ...before };
}

/** Successes and failures as the current epoch began. */
export function tallyBefore(record: Tally, ages: Ages): readonly [Dec, Dec] {
  if (record.epoch === ages.epoch) return [record.successesBefore, record.failuresBefore];
  const age = ages.since(record.epoch);
  return [decayed(record.successes, age), decayed(record.failures, age)];
}

/** L as the current epoch began. */
export function loadBefore(record: Incidents, ages: Ages): Dec {
  if (record.epoch === ages.epoch) return record.loadBefore;
  return decayed(record.load, ages.since(record.epoch));
}

/** (a + 1) / (a + b + 3): a newcomer's 1/3 lies below every proven node. */
export function reputationOf(successes: bigint, failures: bigint): Dec {
  return ratio(successes + one, successes + failures + 3n * one);
}

/** I = 1 / (1 + L). */
export function incidentFactorOf(load: bigint): Dec {
  return load === 0n ? dec(one) : ratio(one, one + load);
}

/** P = (a + 5 rep_service) / (a + b + 5). */
export function performanceOf(successes: bigint, failures: bigint, repService: Dec): Dec {
  return ratio(successes + 5n * repService, successes + failures + 5n * one);
}

/** Content faults kept by time; five more than can ever be free, so that r reaches a tombstone. */
const mostRecent = 32;
const mostFree = 27n;
const seatsPerFreeFault = 500n * one;

export function withFault(times: readonly bigint[], nowMs: bigint, windowMs: bigint): bigint[] {
  return [...recent(times, nowMs, windowMs), nowMs].slice(-mostRecent);
}

function recent(times: readonly bigint[], nowMs: bigint, windowMs: bigint): readonly bigint[] {
  return times.filter((time) => time + windowMs > nowMs);
}

/** r of PROTOCOL 12: recent content faults beyond one per 500 good seats. */
export function repeatsOf(record: Incidents, nowMs: bigint, windowMs: bigint): bigint {
  const faults = BigInt(recent(record.recentMs, nowMs, windowMs).length);
  const free = min(divFloor(record.goodSeats, seatsPerFreeFault), mostFree);
  return faults > free ? faults - free : 0n;
}

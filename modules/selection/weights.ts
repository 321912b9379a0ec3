import type { Address, Amount, Dec } from "../../core/brand.ts";
import { dec, mulFloor, one, ratio } from "../../core/math/dec.ts";
import { divFloor, min } from "../../core/math/integers.ts";

/** What a node's weight is made of (PROTOCOL 7.1), in the order of the product. */
export type Factors = {
  readonly node: Address;
  /** S: base units that count in this epoch. */
  readonly stake: Amount;
  /** C in [1, 1.5]. */
  readonly commitment: Dec;
  /** P in (0, 1]. */
  readonly performance: Dec;
  /** I in (0, 1]. */
  readonly incidents: Dec;
  /** U in [0.05, 1]. */
  readonly uptime: Dec;
  /** F in (1/2, 1]. */
  readonly load: Dec;
};

export type Candidate = Factors & {
  /** w. */
  readonly weight: Dec;
  /** w', the share that a draw gives. */
  readonly drawnWeight: Dec;
};

const fullCommitmentMs = 180n * 86_400_000n;

/** C = 1 + min(remaining / 180 d, 1) / 2. */
export function commitmentFactor(remainingMs: bigint): Dec {
  if (remainingMs <= 0n) return dec(one);
  return dec(one + divFloor(min(ratio(remainingMs, fullCommitmentMs), dec(one)), 2n));
}

/** F = 1 / (1 + open / capacity). */
export function loadFactor(openSeats: number, capacity: number): Dec {
  return openSeats === 0 ? dec(one) : ratio(BigInt(capacity), BigInt(capacity + openSeats));
}

/** w = S * C * P^2 * I * U * F: each factor a Dec (P^2 too), left to right, floored to 1e-18 after each. */
export function weightOf(factors: Factors): Dec {
  return dec(mulFloor(unloadedWeight(factors), factors.load));
}

/** The product of w before its last factor, the only one that every seat changes. */
export function unloadedWeight(factors: Omit<Factors, "node" | "load">): bigint {
  const { stake, commitment, performance, incidents, uptime } = factors;
  // S x C in units of 1e-18 has nothing to floor.
  const committed = stake * commitment;
  const performed = mulFloor(committed, dec(mulFloor(performance, performance)));
  return mulFloor(mulFloor(performed, incidents), uptime);
}

/** mean(w/S), floored; 0 where nobody is eligible. */
export function meanOf(weights: readonly Dec[], stakes: readonly Amount[]): Dec {
  if (weights.length === 0) return dec(0n);
  let sum = 0n;
  for (const [i, weight] of weights.entries()) sum += divFloor(weight, stakes[i] ?? 1n);
  return dec(divFloor(sum, BigInt(weights.length)));
}

/** 0.95 w, floored: what a candidate's own work gives to w'. */
export function ownShare(weight: Dec): bigint {
  return divFloor(95n * weight, 100n);
}

/** 0.05 * S * mean(w/S), floored: the chance for others. */
export function chanceShare(stake: Amount, mean: Dec): bigint {
  return divFloor(stake * mean, 20n);
}

/** w' = 0.95 w + 0.05 * S * mean(w/S), left to right. */
export function drawnWeightOf(weight: Dec, stake: Amount, mean: Dec): Dec {
  return dec(ownShare(weight) + chanceShare(stake, mean));
}

/** Candidates of the eligible nodes of one table, in their order, and the mean. */
export function weighted(eligible: readonly Factors[]): { candidates: Candidate[]; mean: Dec } {
  const weights = eligible.map(weightOf);
  const stakes = eligible.map(({ stake }) => stake);
  const mean = meanOf(weights, stakes);
  const candidates: Candidate[] = [];
  for (const [i, factors] of eligible.entries()) {
    // Field by field: a spread of each of 100,000 nodes costs more than its weight.
    const { node, stake, commitment, performance, incidents, uptime, load } = factors;
    const weight = weights[i] ?? dec(0n);
    const drawnWeight = drawnWeightOf(weight, stake, mean);
    candidates.push({
      node,
      stake,
      commitment,
      performance,
      incidents,
      uptime,
      load,
      weight,
      drawnWeight,
    });
  }
  return { candidates, mean };
}

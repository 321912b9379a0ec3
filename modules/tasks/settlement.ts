import { mulCeil, mulFloor } from "../../core/math/dec.ts";
import { amount, divFloor, sum } from "../../core/math/integers.ts";
import type { Escrow, Settlement } from "./types.ts";

/** What one seat gets out of the escrow. */
export type SeatShare = {
  /** To the node; part of E. */
  readonly fee: bigint;
  /** To the operator. */
  readonly postFees: bigint;
  /** To the community pool. */
  readonly pooled: bigint;
};

/**
 * Where an escrow goes (PROTOCOL 11): shares of E = what seats earned; without a result the base fee instead; all
 * that is not earned goes back. Throws when the shares exceed the escrow: a bug, never clamped.
 */
export function settle(
  escrow: Escrow,
  seats: readonly SeatShare[],
  hasResult: boolean,
): Settlement {
  const earned = sum(seats.map((seat) => seat.fee));
  const operators = sum(seats.map((seat) => seat.postFees));
  const pooled = sum(seats.map((seat) => seat.pooled));
  const author = mulFloor(earned, escrow.authorShare);
  const emitters = mulFloor(earned, escrow.emitterShare);
  const auditPool = mulCeil(earned, escrow.auditShare);
  const tax = mulCeil(earned, escrow.tax);
  const burned = hasResult ? divFloor(tax, 2n) : mulCeil(escrow.work, escrow.tax);
  const feeCollector = hasResult ? tax - burned : 0n;
  const spent = earned + operators + pooled + author + emitters + auditPool + burned + feeCollector;
  return {
    nodes: amount(earned),
    operators: amount(operators),
    author: amount(author),
    emitters: amount(emitters),
    feeCollector: amount(feeCollector),
    communityPool: amount(pooled),
    burned: amount(burned),
    auditPool: amount(auditPool),
    refunded: amount(escrow.total - spent),
  };
}

/** All of it back: cancelled before the draw or for lack of nodes, or a bug of ours (PROTOCOL 3). */
export function refundAll(escrow: Escrow): Settlement {
  const zero = amount(0n);
  return {
    nodes: zero,
    operators: zero,
    author: zero,
    emitters: zero,
    feeCollector: zero,
    communityPool: zero,
    burned: zero,
    auditPool: zero,
    refunded: escrow.total,
  };
}

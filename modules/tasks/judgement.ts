import type { Dec } from "../../core/brand.ts";
import { dec, one } from "../../core/math/dec.ts";
import { mulDivFloor } from "../../core/math/integers.ts";
import { Role, SeatOutcome, SeatStatus } from "./types.ts";

/** How a task ended, as far as its seats are concerned. */
export type Ending =
  | { readonly kind: "valid"; readonly value: string; readonly withheld: boolean }
  | { readonly kind: "unavailable"; readonly withheld: boolean }
  | { readonly kind: "noMajority"; readonly revealPhase: boolean; readonly withheld: boolean }
  | { readonly kind: "expired" };

/** A seat that was called, as the judge sees it. */
export type SeatFacts = {
  readonly role: Role;
  readonly status: SeatStatus;
  /** Hex of the revealed result hash; undefined: none, or UNAVAILABLE. */
  readonly value: string | undefined;
  readonly unavailable: boolean;
  readonly late: boolean;
  readonly excused: boolean;
  /** False where its fee is not in the escrow a second time: an earlier executor of the same task. */
  readonly hasOwnFee: boolean;
};

/** What is taken from the seat's stake; bounds in seat fees. */
export type Charge =
  | { readonly kind: "slash"; readonly severity: Dec }
  | { readonly kind: "miss"; readonly severity: Dec }
  | { readonly kind: "unavailable"; readonly severity: Dec };

export type Judgement = {
  readonly outcome: SeatOutcome;
  /** Its fee goes to the node. */
  readonly paysFee: boolean;
  readonly paysPosts: boolean;
  /** Fee or post fees that go to the community pool, because nobody may profit from an UNAVAILABLE. */
  readonly poolsFee: boolean;
  readonly poolsPosts: boolean;
  readonly charge: Charge | undefined;
  /** For the reputation: it agreed with a standing result. */
  readonly good: boolean;
  /** For the reputation: severity of a failure. */
  readonly failure: Dec | undefined;
};

const missSeverity = dec(mulDivFloor(4n, one, 100n));

/** A deterministic output disproved; the same for not revealing it (PROTOCOL 12, Z4). */
export function wrongSeverity(role: Role): Dec {
  return role === Role.ROLE_EXECUTOR ? dec(one) : dec(mulDivFloor(8n, one, 10n));
}

const nothing: Judgement = {
  outcome: SeatOutcome.SEAT_OUTCOME_NOTHING,
  paysFee: false,
  paysPosts: false,
  poolsFee: false,
  poolsPosts: false,
  charge: undefined,
  good: false,
  failure: undefined,
};
const postFees: Judgement = {
  ...nothing,
  outcome: SeatOutcome.SEAT_OUTCOME_POST_FEES,
  paysPosts: true,
};
const missed: Judgement = {
  ...nothing,
  outcome: SeatOutcome.SEAT_OUTCOME_MISSED,
  paysPosts: true,
  charge: { kind: "miss", severity: missSeverity },
  failure: missSeverity,
};

function slashed(role: Role): Judgement {
  const severity = wrongSeverity(role);
  return {
    ...nothing,
    outcome: SeatOutcome.SEAT_OUTCOME_SLASHED,
    charge: { kind: "slash", severity },
    failure: severity,
  };
}

/** Every seat of an ended task, in the order given; the first one is the last executor (PROTOCOL 9, 12). */
export function judge(ending: Ending, seats: readonly SeatFacts[]): Judgement[] {
  const someValue = seats.some((seat) => seat.value !== undefined);
  const executorAnswered = seats.some(
    (seat) =>
      seat.role === Role.ROLE_EXECUTOR &&
      !seat.unavailable &&
      (seat.status === SeatStatus.SEAT_STATUS_COMMITTED ||
        seat.status === SeatStatus.SEAT_STATUS_REVEALED),
  );
  const standing = seats.map((seat) => (isWithheldSeat(ending, seat) ? undefined : seat.value));
  return seats.map((seat, i) => {
    switch (seat.status) {
      case SeatStatus.SEAT_STATUS_OPEN:
      case SeatStatus.SEAT_STATUS_REPLACED:
        return executorAnswered && !seat.excused ? judgeSilent(ending) : nothing;
      case SeatStatus.SEAT_STATUS_COMMITTED:
        return judgeUnrevealed(ending, seat);
      case SeatStatus.SEAT_STATUS_REVEALED:
        if (isWithheldSeat(ending, seat)) return slashed(seat.role);
        if (seat.unavailable) return judgeUnavailable(ending, seat, someValue);
        return judgeValue(ending, seat, i, standing);
      case SeatStatus.SEAT_STATUS_UNSPECIFIED:
      case SeatStatus.SEAT_STATUS_RESERVE:
      case SeatStatus.SEAT_STATUS_VOID:
        return nothing;
    }
  });
}

/** The executor whose bytes more than half of the validators could not have. */
function isWithheldSeat(ending: Ending, seat: SeatFacts): boolean {
  return (
    ending.kind !== "expired" &&
    ending.withheld &&
    seat.role === Role.ROLE_EXECUTOR &&
    seat.value !== undefined
  );
}

function judgeSilent(ending: Ending): Judgement {
  if (ending.kind === "unavailable") return nothing;
  const unrevealed = ending.kind === "noMajority" && !ending.revealPhase;
  return unrevealed ? { ...missed, failure: undefined } : missed;
}

function judgeUnrevealed(ending: Ending, seat: SeatFacts): Judgement {
  const revealPhase =
    ending.kind !== "expired" && (ending.kind !== "noMajority" || ending.revealPhase);
  if (!revealPhase) return postFees;
  return seat.excused ? missed : slashed(seat.role);
}

function judgeUnavailable(ending: Ending, seat: SeatFacts, someValue: boolean): Judgement {
  if (ending.kind === "unavailable") return postFees;
  return {
    ...nothing,
    poolsPosts: true,
    poolsFee: ending.kind === "valid" && seat.hasOwnFee,
    // Nobody read the input: then saying so costs nothing.
    charge: someValue ? { kind: "unavailable", severity: missSeverity } : undefined,
  };
}

function judgeValue(
  ending: Ending,
  seat: SeatFacts,
  own: number,
  standing: readonly (string | undefined)[],
): Judgement {
  switch (ending.kind) {
    case "valid":
      if (seat.value !== ending.value) return slashed(seat.role);
      if (seat.late) return late(seat);
      return {
        ...postFees,
        outcome: SeatOutcome.SEAT_OUTCOME_PAID,
        paysFee: true,
        good: true,
      };
    case "noMajority": {
      const shared = standing.some((value, i) => i !== own && value === seat.value);
      const base = shared ? postFees : { ...nothing, ...failureOf(seat, someTwoShare(standing)) };
      if (!seat.late || seat.excused) return base;
      return { ...missed, paysPosts: base.paysPosts, failure: base.failure ?? missSeverity };
    }
    case "unavailable":
    case "expired":
      return postFees;
  }
}

/** An executor that revealed in the second half: its value counts, but it held the others up. */
function late(seat: SeatFacts): Judgement {
  return seat.excused ? postFees : missed;
}

function failureOf(seat: SeatFacts, someShare: boolean): Pick<Judgement, "failure"> {
  return { failure: someShare ? wrongSeverity(seat.role) : undefined };
}

function someTwoShare(standing: readonly (string | undefined)[]): boolean {
  return standing.some((value, i) => value !== undefined && standing.indexOf(value) !== i);
}

/** A seat as the tally sees it: its revealed value, or none. */
export type Vote = {
  /** Hex of the result hash; undefined: revealed nothing, or UNAVAILABLE. */
  readonly value: string | undefined;
  readonly unavailable: boolean;
  /** Validators: compared with the executor's value and could not have its bytes. */
  readonly deniesBytes: boolean;
};

export type Verdict =
  | {
      readonly kind: "valid";
      readonly value: string;
      readonly overruled: boolean;
      readonly agree: number;
    }
  | { readonly kind: "unavailable" }
  | { readonly kind: "noMajority" };

/**
 * More than half of the validators could not have the executor's bytes: it counts as one that did not reveal
 * (X14). A seat without a value, or that had nothing to compare with, says nothing about them.
 */
export function isWithheld(validators: readonly Vote[]): boolean {
  const denials = validators.filter((vote) => vote.value !== undefined && vote.deniesBytes);
  return 2 * denials.length > validators.length;
}

/**
 * The four rules of PROTOCOL 9 over all 1 + N seats: silence never shrinks a panel. The executor comes as a vote
 * without a value when it did not reveal or its bytes were withheld.
 */
export function tally(executor: Vote, validators: readonly Vote[]): Verdict {
  const n = validators.length;
  const unavailable = [executor, ...validators].filter((vote) => vote.unavailable).length;
  if (2 * unavailable > n + 1) return { kind: "unavailable" };

  const own = executor.value;
  if (own !== undefined) {
    const agree = countOf(validators, own);
    if (2 * agree > n) return { kind: "valid", value: own, overruled: false, agree };
  }
  for (const { value } of validators) {
    if (value === undefined || value === own) continue;
    const agree = countOf(validators, value);
    // More than half of the validators and of all seats: a single validator overrules nobody.
    if (2 * agree > n && 2 * agree > n + 1) {
      return { kind: "valid", value, overruled: true, agree };
    }
  }
  return { kind: "noMajority" };
}

function countOf(votes: readonly Vote[], value: string): number {
  return votes.filter((vote) => vote.value === value).length;
}

// What a file, a stage and a whole run came to, and how that is said.

/**
 * @typedef {{ name: string, at: string, error: string }} Failure
 * @typedef {{ passed: number, failed: number, skipped: number, failures: Failure[], reasons: string[], facts?: [string, number][], unknown?: boolean }} Outcome
 */

export function sumOf(outcomes) {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failed: outcomes.reduce((total, { failed }) => total + failed, 0),
    skipped: outcomes.reduce((total, { skipped }) => total + skipped, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    reasons: outcomes.flatMap(({ reasons }) => reasons),
    facts: outcomes.flatMap(({ facts = [] }) => facts),
    unknown: outcomes.some(({ unknown = false }) => unknown),
  };
}

/** Where a skip is not allowed, it is a failure that gives its reason. */
export function withoutSkips(outcome, why) {
  const failures = outcome.reasons.map((reason) => ({
    name: `skipped under ${why}`,
    at: "",
    error: reason,
  }));
  const required = { passed: 0, failed: outcome.skipped, skipped: 0, failures, reasons: [] };
  return sumOf([{ ...outcome, skipped: 0, reasons: [] }, required]);
}

/**
 * A test that disappears is a failure until test/count.json says so; of a suite that this machine skips nobody
 * knows how many it has (`unknown`).
 */
export function noFewer(outcome, least) {
  const ran = outcome.passed + outcome.failed + outcome.skipped;
  if (ran >= least || outcome.unknown) return outcome;
  const error = `tests: expected at least ${least}, got ${ran} (node test/main.mjs --update-count)`;
  const failures = [{ name: "fewer tests than before", at: "test/count.json", error }];
  return sumOf([outcome, { passed: 0, failed: 1, skipped: 0, failures, reasons: [] }]);
}

/** Each reason once, with how often it was given. */
export function reasonCounts(reasons) {
  return [...new Set(reasons)].map((reason) => {
    const times = reasons.filter((other) => other === reason).length;
    return times === 1 ? reason : `${reason} (${times})`;
  });
}

/** One line a failure, the way to run it again, and what was wrong. */
export function describeFailures({ failures }, replayOf) {
  return failures.flatMap((failure) => [
    `        ${failure.name}       ${failure.at}     replay: ${replayOf(failure)}`,
    ...failure.error.split("\n").map((line) => `          ${line.trim()}`),
  ]);
}

/** What was tried, by name: facts of the same name from several files are summed. */
export function summed(facts) {
  const totals = new Map();
  for (const [name, value] of facts) totals.set(name, (totals.get(name) ?? 0) + value);
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1));
}

export function summaryOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

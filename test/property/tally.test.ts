import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tally, type Vote } from "../../modules/tasks/tally.ts";

const letters = ["A", "B", "?", "-"] as const;

function vote(letter: string): Vote {
  const value = letter === "?" || letter === "-" ? undefined : letter;
  return { value, unavailable: letter === "?", deniesBytes: false };
}

function* allPanels(size: number): Generator<string[]> {
  for (let code = 0; code < letters.length ** size; code++) {
    yield Array.from({ length: size }, (_, i) => letters[Math.floor(code / 4 ** i) % 4] ?? "-");
  }
}

/** The rules once more, as counts over a list and nothing else. */
function oracle(panel: readonly string[]): string {
  const [executor = "-", ...validators] = panel;
  const seats = panel.length;
  const n = validators.length;
  const count = (list: readonly string[], letter: string): number =>
    list.filter((one) => one === letter).length;
  if (count(panel, "?") > seats / 2) return "unavailable";
  for (const value of ["A", "B"]) {
    const agree = count(validators, value);
    if (agree <= n / 2) continue;
    if (executor === value) return `valid ${value}`;
    if (agree > seats / 2) return `overruled ${value}`;
  }
  return "noMajority";
}

describe("tally over all panels", () => {
  it("says what an independent count of the four rules says, for 1 to 6 validators", () => {
    let panels = 0;
    for (let size = 2; size <= 7; size++) {
      for (const panel of allPanels(size)) {
        const [executor, ...validators] = panel.map(vote);
        assert.ok(executor !== undefined);
        const verdict = tally(executor, validators);
        const kind =
          verdict.kind !== "valid" ? verdict.kind : verdict.overruled ? "overruled" : "valid";
        const said = verdict.kind === "valid" ? `${kind} ${verdict.value}` : kind;
        assert.equal(said, oracle(panel), panel.join(""));
        panels += 1;
      }
    }
    assert.equal(panels, 21_840);
  });

  it("does not depend on the order of the validators", () => {
    for (const panel of allPanels(5)) {
      const [executor, ...validators] = panel.map(vote);
      assert.ok(executor !== undefined);
      assert.deepEqual(tally(executor, validators), tally(executor, [...validators].reverse()));
    }
  });

  it("silence never helps a value: one vote less never makes it win", () => {
    for (const panel of allPanels(6)) {
      const [executor, ...validators] = panel.map(vote);
      assert.ok(executor !== undefined);
      const before = tally(executor, validators);
      for (const [i, one] of validators.entries()) {
        if (one.unavailable || one.value === undefined) continue;
        const after = tally(executor, validators.with(i, vote("-")));
        if (after.kind !== "valid") continue;
        assert.equal(before.kind === "valid" && before.value, after.value, panel.join(""));
      }
    }
  });
});

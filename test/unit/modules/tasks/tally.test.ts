import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isWithheld, tally, type Vote } from "../../../../modules/tasks/tally.ts";

/** "A".."Z": a value, "?": UNAVAILABLE, "-": nothing revealed. */
function vote(letter: string): Vote {
  return {
    value: letter === "-" || letter === "?" ? undefined : letter,
    unavailable: letter === "?",
    deniesBytes: false,
  };
}

function outcome(letters: string): string {
  const [executor, ...validators] = [...letters].map(vote);
  assert.ok(executor !== undefined);
  const verdict = tally(executor, validators);
  if (verdict.kind !== "valid") return verdict.kind;
  return `${verdict.overruled ? "overruled" : "valid"} ${verdict.value} ${verdict.agree}`;
}

// The executor first, then the validators.
const table: readonly (readonly [string, string, string])[] = [
  ["one validator that agrees", "AA", "valid A 1"],
  ["one validator that differs overrules nobody", "AB", "noMajority"],
  ["one validator against a silent executor", "-B", "noMajority"],
  ["one validator against UNAVAILABLE", "?B", "noMajority"],
  ["both of one could not read", "??", "unavailable"],
  ["one of two could not read", "A?", "noMajority"],
  ["two of two agree", "AAA", "valid A 2"],
  ["one of two is no majority", "AAB", "noMajority"],
  ["two of two against the executor", "ABB", "overruled B 2"],
  ["two of two against a silent executor", "-BB", "overruled B 2"],
  ["two of two against UNAVAILABLE", "?BB", "overruled B 2"],
  ["two of three seats could not read", "??A", "unavailable"],
  ["two validators could not read", "A??", "unavailable"],
  ["one of two silent", "AA-", "noMajority"],
  ["two of three agree", "AAAB", "valid A 2"],
  ["two of three agree, one silent", "AAA-", "valid A 2"],
  ["one of three agrees", "AABC", "noMajority"],
  ["two of three overrule but are half of all seats", "ABBA", "noMajority"],
  ["two of three against a silent executor are half of all seats", "-BB-", "noMajority"],
  ["three of three overrule", "ABBB", "overruled B 3"],
  ["half of four seats could not read", "??AA", "noMajority"],
  ["three of four seats could not read", "???A", "unavailable"],
  ["two of four is half", "AAABB", "noMajority"],
  ["three of four agree", "AAAAB", "valid A 3"],
  ["three of four overrule", "ABBBA", "overruled B 3"],
  ["three of five overrule half of the seats", "ABBBAA", "noMajority"],
  ["four of five overrule", "ABBBBA", "overruled B 4"],
  ["everybody differs", "ABCDE", "noMajority"],
  ["nobody revealed", "-----", "noMajority"],
];

describe("tasks: tally", () => {
  for (const [name, letters, expected] of table) {
    it(`${letters}: ${name} is ${expected}`, () => assert.equal(outcome(letters), expected));
  }

  it("X14: more than half of the validators deny the bytes, and only those with a value count", () => {
    const denies = (letter: string): Vote => ({ ...vote(letter), deniesBytes: true });
    assert.equal(isWithheld([denies("A"), denies("A"), vote("A")]), true);
    assert.equal(isWithheld([denies("A"), vote("A")]), false);
    assert.equal(isWithheld([denies("A"), denies("?"), vote("A")]), false);
    assert.equal(isWithheld([denies("A"), denies("-"), vote("A")]), false);
    assert.equal(isWithheld([]), false);
  });
});

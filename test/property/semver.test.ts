import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareBytes } from "../../core/bytes.ts";
import { compareVersions, isVersion } from "../../modules/registry/index.ts";
import { parseVersion, rankOf } from "../../modules/registry/versions.ts";

// The regular expression of semver.org (without build metadata) and its rules of precedence, written apart.
const grammar =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?$/;
const allowed = (text: string): boolean =>
  text.length <= 64 &&
  grammar.test(text) &&
  text.split(/[.-]/).every((part) => !/^\d+$/.test(part) || part.length <= 15);

function oracle(a: string, b: string): number {
  const split = (text: string): [bigint[], string[]] => {
    const at = text.indexOf("-");
    const core = (at < 0 ? text : text.slice(0, at)).split(".").map(BigInt);
    return [core, at < 0 ? [] : text.slice(at + 1).split(".")];
  };
  const [[coreA, preA], [coreB, preB]] = [split(a), split(b)];
  for (const [i, x] of coreA.entries()) {
    const y = coreB[i] ?? 0n;
    if (x !== y) return x < y ? -1 : 1;
  }
  if (preA.length === 0 || preB.length === 0) return Math.sign(preB.length - preA.length);
  for (let i = 0; i < Math.max(preA.length, preB.length); i++) {
    const [x, y] = [preA[i], preB[i]];
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    if (x === y) continue;
    const [nx, ny] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (nx && ny) return BigInt(x) < BigInt(y) ? -1 : 1;
    if (nx !== ny) return nx ? -1 : 1;
    return Buffer.compare(Buffer.from(x), Buffer.from(y));
  }
  return 0;
}

const number = fc
  .oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1e9 }))
  .map(String);
const identifier = fc.oneof(
  number,
  fc.stringMatching(/^[0-9A-Za-z-]{1,4}$/).filter((text) => !/^\d+$/.test(text)),
);
const version = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 4 }))
  .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre.length === 0 ? "" : `-${pre.join(".")}`}`)
  .filter((text) => text.length <= 64);
const close = fc
  .tuple(fc.constantFrom("1.0.0", "1.0.1", "2.0.0"), fc.array(identifier, { maxLength: 3 }))
  .map(([core, pre]) => `${core}${pre.length === 0 ? "" : `-${pre.join(".")}`}`);

describe("property: semver", () => {
  it("follows the chain of examples of semver.org 11", () => {
    const rising = [
      ...["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"],
      ...["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"],
    ];
    for (const [i, a] of rising.entries()) {
      for (const [j, b] of rising.entries()) {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} ${b}`);
      }
    }
  });

  it("accepts what the grammar accepts, and nothing else", () => {
    const noise = fc.stringMatching(/^[0-9a-zA-Z.+-]{0,14}$/);
    fc.assert(
      fc.property(fc.oneof(version, close, noise), (text) => {
        assert.equal(isVersion(text), allowed(text), JSON.stringify(text));
      }),
      { numRuns: 5_000 },
    );
    for (const text of [
      "1.0.0+build",
      "01.0.0",
      "1.0",
      "1.0.0-",
      "1.0.0-01",
      "v1.0.0",
      "1.0.0-a..b",
      " 1.0.0",
      "",
    ]) {
      assert.equal(isVersion(text), false, text);
    }
  });

  it("bounds the length at 64 characters and a number at 15 digits", () => {
    assert.equal(isVersion(`1.0.0-${"a".repeat(58)}`), true);
    assert.equal(isVersion(`1.0.0-${"a".repeat(59)}`), false);
    assert.equal(isVersion(`${"9".repeat(15)}.0.0`), true);
    assert.equal(isVersion(`1${"0".repeat(15)}.0.0`), false);
  });

  it("compares as an oracle of the rules does", () => {
    fc.assert(
      fc.property(fc.oneof(version, close), fc.oneof(version, close), (a, b) => {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(oracle(a, b)), `${a} ${b}`);
      }),
      { numRuns: 10_000 },
    );
  });

  it("ranks as bytes in order of precedence, stable above pre-release", () => {
    fc.assert(
      fc.property(fc.oneof(version, close), fc.oneof(version, close), (a, b) => {
        const stable = (text: string): number => (parseVersion(text)?.pre.length === 0 ? 1 : 0);
        const wanted = stable(a) - stable(b) || compareVersions(a, b);
        assert.equal(Math.sign(compareBytes(rankOf(a), rankOf(b))), Math.sign(wanted), `${a} ${b}`);
      }),
      { numRuns: 10_000 },
    );
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fromHex, toHex } from "../../core/bytes.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { drawPanel, Pool } from "../../core/math/weightedChoicePanel.ts";
import { slowDraw, type SlowCandidate } from "../support/slowDraw.ts";

/** Addresses in hex, tables in byte order of the address, null where 1 + count cannot be filled. */
type Vector = {
  readonly name: string;
  readonly seed: string;
  readonly executors: readonly (readonly [address: string, weight: string])[];
  readonly validators: readonly (readonly [address: string, weight: string])[];
  readonly count: number;
  readonly reserves: number;
  readonly picks: readonly (readonly [kind: string, address: string, draw: number])[] | null;
};

// Made by slowDraw, which uses nothing of core; the draw of the chain may never move from them.
const vectors = JSON.parse(
  readFileSync(new URL("./data/draw.json", import.meta.url), "utf8"),
) as readonly Vector[];

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
const poolOf = (table: Vector["executors"]): Pool =>
  new Pool(
    table.map(([address, weight]) => ({
      node: addressFromBytes(bytes(address)),
      drawnWeight: BigInt(weight),
    })),
  );
const slowTable = (table: Vector["executors"]): SlowCandidate[] =>
  // Reversed: the slow draw sorts for itself.
  table.map(([address, weight]) => ({ address, weight: BigInt(weight) })).reverse();

function stepsOf<T>(executors: T, validators: T, { count, reserves }: Vector) {
  return [
    { kind: "executor", from: executors, count: 1, atLeast: 1 },
    { kind: "validator", from: validators, count, atLeast: count },
    { kind: "reserve", from: executors, count: reserves, atLeast: 0 },
  ];
}

describe("vectors: draw", () => {
  it("12 draws, of which 2 are cancelled and 1 rejects values", () => {
    assert.equal(vectors.length, 12);
    assert.equal(vectors.filter(({ picks }) => picks === null).length, 2);
    const rejects = ({ picks }: Vector): boolean =>
      picks !== null && (picks.at(-1)?.[2] ?? 0) >= picks.length;
    assert.equal(vectors.filter(rejects).length, 1);
  });

  for (const vector of vectors) {
    it(`draws as written: ${vector.name}`, () => {
      const pools = [poolOf(vector.executors), poolOf(vector.validators)] as const;
      const picks = drawPanel(
        bytes(vector.seed),
        stepsOf(...pools, vector).map(({ from, ...step }) => ({ ...step, pool: from })),
      );
      const drawn = picks?.map(({ kind, node, draw }) => [
        kind,
        toHex(bytesOfAddress(node)),
        Number(draw),
      ]);
      assert.deepEqual(drawn ?? null, vector.picks);
    });

    it(`the slow draw made it: ${vector.name}`, () => {
      const tables = [slowTable(vector.executors), slowTable(vector.validators)] as const;
      const picks = slowDraw(
        bytes(vector.seed),
        stepsOf(...tables, vector).map(({ from, ...step }) => ({ ...step, table: from })),
      );
      const drawn = picks?.map(({ kind, address, draw }) => [kind, address, Number(draw)]);
      assert.deepEqual(drawn ?? null, vector.picks);
    });
  }
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Address } from "../../core/brand.ts";
import { toHex } from "../../core/bytes.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { uniformBelow, Urn } from "../../core/math/weightedChoice.ts";
import { drawPanel, Pool, type Entry } from "../../core/math/weightedChoicePanel.ts";
import { chiSquare, chiSquareLimit, slowDraw } from "../support/slowDraw.ts";

const hex = (node: Address): string => toHex(bytesOfAddress(node));
const seedOf = (text: string): Uint8Array => createHash("sha256").update(text).digest();
const nodes = Array.from({ length: 100 }, (_, i) =>
  addressFromBytes(createHash("sha256").update(`drawn ${i}`).digest().subarray(0, 20)),
).sort((a, b) => (hex(a) < hex(b) ? -1 : 1));

const weight = fc.oneof(
  fc.bigInt({ min: 0n, max: 5n }),
  fc.bigInt({ min: 0n, max: 10n ** 32n }),
  fc.constant(10n ** 36n),
);
/** A table over some of the first 12 nodes, in address order. */
const table = fc
  .array(fc.option(weight, { nil: undefined }), { minLength: 12, maxLength: 12 })
  .map((weights) =>
    weights.flatMap((drawnWeight, i): Entry[] => {
      const node = nodes[i];
      return drawnWeight === undefined || node === undefined ? [] : [{ node, drawnWeight }];
    }),
  );
const slow = (entries: readonly Entry[]): { address: string; weight: bigint }[] =>
  entries.map(({ node, drawnWeight }) => ({ address: hex(node), weight: drawnWeight }));
const steps = <T>(
  executors: T,
  validators: T,
  count: number,
  reserves: number,
): { kind: string; pool: T; count: number; atLeast: number }[] => [
  { kind: "executor", pool: executors, count: 1, atLeast: 1 },
  { kind: "validator", pool: validators, count, atLeast: count },
  { kind: "reserve", pool: executors, count: reserves, atLeast: 0 },
];

describe("urn", () => {
  it("finds, removes and restores like cumulative sums worked out anew", () => {
    const moves = fc.array(fc.tuple(fc.nat(20), fc.bigInt({ min: 0n, max: 2n ** 140n })));
    fc.assert(
      fc.property(fc.array(weight, { maxLength: 20 }), moves, (weights, list) => {
        const urn = new Urn(weights);
        const out = new Set<number>();
        for (const [index, x] of list) {
          if (index < weights.length) {
            assert.equal(urn.remove(index), !out.has(index));
            if (out.delete(index)) urn.restore(index);
            else out.add(index);
          }
          const left = weights.map((one, i) => (out.has(i) ? 0n : one));
          const total = left.reduce((a, b) => a + b, 0n);
          assert.equal(urn.total, total);
          if (total === 0n) continue;
          let rest = x % total;
          const wanted = left.findIndex((one) => (rest < one ? true : ((rest -= one), false)));
          assert.equal(urn.find(x % total), wanted);
        }
      }),
    );
  });

  it("refuses a number outside its total, a negative weight and a restore of what is there", () => {
    const urn = new Urn([1n, 2n]);
    assert.equal(urn.find(2n), 1);
    assert.throws(() => urn.find(3n), { name: "BugError" });
    assert.throws(() => urn.find(-1n), { name: "BugError" });
    assert.throws(() => urn.restore(0), { name: "BugError" });
    assert.throws(() => new Urn([-1n]), { name: "BugError" });
    assert.throws(() => new Urn([]).find(0n), { name: "BugError" });
  });

  it("B11: gives each entry exactly its weight of the numbers, whatever was taken out", () => {
    const small = fc.array(fc.bigInt({ min: 0n, max: 9n }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(small, fc.array(fc.nat(11)), (weights, removed) => {
        const urn = new Urn(weights);
        for (const index of removed) urn.remove(index);
        const counts = weights.map(() => 0n);
        for (let x = 0n; x < urn.total; x++) {
          const index = urn.find(x);
          counts[index] = (counts[index] ?? 0n) + 1n;
        }
        assert.deepEqual(
          counts,
          weights.map((one, i) => (removed.includes(i) ? 0n : one)),
        );
      }),
    );
  });
});

describe("random number below a total", () => {
  it("X18: throws away exactly the values above the last whole multiple", () => {
    const top = 2n ** 256n;
    const total = fc.oneof(
      fc.bigInt({ min: 1n, max: 2n ** 200n }),
      fc.bigInt({ min: top / 2n, max: top }),
    );
    fc.assert(
      fc.property(total, (below) => {
        const fair = (top / below) * below;
        assert.equal(uniformBelow(0n, below), 0n);
        assert.equal(uniformBelow(fair - 1n, below), below - 1n);
        if (fair < top) assert.equal(uniformBelow(fair, below), undefined);
        if (fair < top) assert.equal(uniformBelow(top - 1n, below), undefined);
      }),
    );
  });

  it("X18: a total just above half of the range rejects almost half of all values", () => {
    const total = 2n ** 255n + 1n;
    const entries = nodes
      .slice(0, 2)
      .map((node, i) => ({ node, drawnWeight: i === 0 ? total - 1n : 1n }));
    const pool = new Pool(entries);
    let rejected = 0n;
    for (let i = 0; i < 500; i++) {
      const seed = seedOf(`half ${i}`);
      const one = [{ kind: "executor", pool, count: 1, atLeast: 1 }];
      const wanted = slowDraw(seed, [
        { kind: "executor", table: slow(entries), count: 1, atLeast: 1 },
      ]);
      const picks = drawPanel(seed, one) ?? [];
      assert.deepEqual(
        picks.map(({ node, draw }) => [hex(node), draw]),
        wanted?.map(({ address, draw }) => [address, draw]),
      );
      rejected += picks[0]?.draw ?? 0n;
    }
    assert.ok(rejected > 350n && rejected < 650n, `expected about 500 rejections, got ${rejected}`);
  });
});

describe("draw", () => {
  it("equals a slow draw that filters, sorts and scans, pick by pick", () => {
    fc.assert(
      fc.property(
        ...([
          table,
          table,
          fc.nat(12),
          fc.nat(3),
          fc.uint8Array({ minLength: 32, maxLength: 32 }),
        ] as const),
        (executors, validators, count, reserves, seed) => {
          const pools = [new Pool(executors), new Pool(validators)] as const;
          const picks = drawPanel(seed, steps(...pools, count, reserves));
          const wanted = slowDraw(
            seed,
            steps(slow(executors), slow(validators), count, reserves).map(({ pool, ...step }) => ({
              ...step,
              table: pool,
            })),
          );
          assert.deepEqual(
            picks?.map(({ kind, node, draw }) => ({ kind, address: hex(node), draw })),
            wanted,
          );
          // Left as it was found: the next draw of the block uses the same pools.
          assert.deepEqual(drawPanel(seed, steps(...pools, count, reserves)), picks);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("seats no owner twice, from the right tables, with i running on", () => {
    fc.assert(
      fc.property(
        table,
        table,
        fc.nat(6),
        fc.nat(3),
        fc.string(),
        (executors, validators, n, r, s) => {
          const picks = drawPanel(
            seedOf(s),
            steps(new Pool(executors), new Pool(validators), n, r),
          );
          if (picks === undefined) return;
          assert.equal(new Set(picks.map(({ node }) => node)).size, picks.length);
          assert.equal(picks.filter(({ kind }) => kind === "validator").length, n);
          for (const [i, { kind, node, draw }] of picks.entries()) {
            const from = kind === "validator" ? validators : executors;
            assert.ok(from.some((entry) => entry.node === node && entry.drawnWeight > 0n));
            assert.ok(i === 0 || draw > (picks[i - 1]?.draw ?? 0n));
          }
        },
      ),
    );
  });

  it("X18: 20,000 single draws over 100 equal nodes are uniform, low addresses not favoured", () => {
    const pool = new Pool(nodes.map((node) => ({ node, drawnWeight: 10n ** 24n })));
    const counts = nodes.map(() => 0);
    for (let i = 0; i < 20_000; i++) {
      const one = [{ kind: "executor", pool, count: 1, atLeast: 1 }];
      const index = pool.indexOf(
        drawPanel(seedOf(`equal ${i}`), one)?.[0]?.node ?? nodes[0] ?? ("" as Address),
      );
      counts[index ?? 0] = (counts[index ?? 0] ?? 0) + 1;
    }
    const shares = nodes.map(() => 1);
    assert.ok(chiSquare(counts, shares) < chiSquareLimit(99), counts.join(" "));
    const low = counts.slice(0, 50).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(low - 10_000) < 300, `expected about 10000 in the lower half, got ${low}`);
  });

  it("X18: 20,000 single draws over weights 1:2:..:10 follow the weights", () => {
    const entries = nodes
      .slice(0, 10)
      .map((node, i) => ({ node, drawnWeight: BigInt(i + 1) * 7n ** 30n }));
    const pool = new Pool(entries);
    const counts = entries.map(() => 0);
    for (let i = 0; i < 20_000; i++) {
      const one = [{ kind: "executor", pool, count: 1, atLeast: 1 }];
      const node = drawPanel(seedOf(`weighted ${i}`), one)?.[0]?.node;
      const index = entries.findIndex((entry) => entry.node === node);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    assert.ok(
      chiSquare(
        counts,
        entries.map((_, i) => i + 1),
      ) < chiSquareLimit(9),
      counts.join(" "),
    );
  });

  it("X18: the second of two seats follows the weights of those who are left", () => {
    const weights = [1n, 2n, 3n, 4n];
    const entries = nodes.slice(0, 4).map((node, i) => ({ node, drawnWeight: weights[i] ?? 0n }));
    const pool = new Pool(entries);
    const counts: number[] = [];
    const shares: number[] = [];
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        if (a === b) continue;
        counts.push(0);
        shares.push(((a + 1) / 10) * ((b + 1) / (10 - a - 1)));
      }
    }
    for (let i = 0; i < 20_000; i++) {
      const two = [{ kind: "executor", pool, count: 2, atLeast: 2 }];
      const [a = 0, b = 0] = (drawPanel(seedOf(`pair ${i}`), two) ?? []).map(
        ({ node }) => pool.indexOf(node) ?? 0,
      );
      const cell = a * 3 + (b > a ? b - 1 : b);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    assert.ok(chiSquare(counts, shares) < chiSquareLimit(11), counts.join(" "));
  });

  it("a chi-square that is too large is found: equal draws against weights 1:2:..:10", () => {
    const counts = Array.from({ length: 10 }, () => 2_000);
    assert.ok(
      chiSquare(
        counts,
        counts.map((_, i) => i + 1),
      ) > chiSquareLimit(9),
    );
  });

  it("X15: another seed, by as little as one bit, gives an unrelated panel", () => {
    const pool = new Pool(nodes.map((node) => ({ node, drawnWeight: 1n })));
    let equal = 0;
    for (let i = 0; i < 2_000; i++) {
      const seed = Uint8Array.from(seedOf(`flip ${i}`));
      const one = [{ kind: "executor", pool, count: 1, atLeast: 1 }];
      const before = drawPanel(seed, one)?.[0]?.node;
      seed[i % 32] = (seed[i % 32] ?? 0) ^ (1 << (i % 8));
      if (drawPanel(seed, one)?.[0]?.node === before) equal++;
    }
    assert.ok(equal < 50, `expected about 20 equal picks of 2000, got ${equal}`);
  });
});

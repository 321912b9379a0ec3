import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { dec, one } from "../../core/math/dec.ts";
import { amount, sum } from "../../core/math/integers.ts";
import { escrowFor, postsCovered } from "../../modules/tasks/escrow.ts";
import { refundAll, settle, type SeatShare } from "../../modules/tasks/settlement.ts";
import type { Settlement } from "../../modules/tasks/types.ts";

const share = (max: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max });

const terms = fc.record({
  price: fc.oneof(share(5_000n), share(2n ** 80n)).map(amount),
  validators: fc.integer({ min: 0, max: 51 }),
  attempts: fc.integer({ min: 1, max: 10 }),
  validatorFee: share(one).map(dec),
  authorShare: share(one / 5n).map(dec),
  tax: share(one / 2n).map(dec),
  postFee: share(1_000_000n).map(amount),
});

function spent(settlement: Settlement): bigint {
  const { nodes, operators, author, emitters, feeCollector, communityPool, burned } = settlement;
  return sum([
    ...[nodes, operators, author, emitters, feeCollector, communityPool, burned],
    ...[settlement.auditPool, settlement.refunded],
  ]);
}

describe("settlement", () => {
  it("the shares and the rest are the escrow, whoever earned, whatever the rounding", () => {
    fc.assert(
      fc.property(terms, fc.infiniteStream(fc.nat({ max: 5 })), fc.boolean(), (of, dice, valid) => {
        const escrow = escrowFor(of);
        const roll = (): number => dice.next().value ?? 0;
        const shares = Array.from({ length: 1 + of.validators }, (_, i): SeatShare => {
          const fee = i === 0 ? escrow.price : escrow.validatorFee;
          const kind = roll();
          const posts = BigInt(of.validators === 0 ? 1 : roll() % 3) * escrow.postFee;
          return {
            fee: valid && kind < 3 ? fee : 0n,
            postFees: kind < 4 ? posts : 0n,
            pooled: kind === 4 ? posts + (valid ? fee : 0n) : 0n,
          };
        });
        const settlement = settle(escrow, shares, valid);
        assert.equal(spent(settlement), escrow.total);
        assert.equal(spent(refundAll(escrow)), escrow.total);
        if (!valid) assert.equal(settlement.author + settlement.feeCollector, 0n);
      }),
    );
  });

  it("half of an odd tax is burned rounded down and collected rounded up", () => {
    const escrow = escrowFor({
      price: amount(101n),
      validators: 0,
      attempts: 3,
      validatorFee: dec(one),
      authorShare: dec(one / 10n),
      tax: dec(one / 20n),
      postFee: amount(7n),
    });
    // B = 101: author floor(10.1), tax ceil(5.05), three posts.
    assert.equal(escrow.total, 101n + 10n + 6n + 21n);
    const paid = settle(escrow, [{ fee: 101n, postFees: 7n, pooled: 0n }], true);
    assert.deepEqual([paid.burned, paid.feeCollector, paid.refunded], [3n, 3n, 14n]);
    const [odd] = [settle(escrow, [{ fee: 90n, postFees: 7n, pooled: 0n }], true)];
    assert.deepEqual([odd?.burned, odd?.feeCollector, odd?.author], [2n, 3n, 9n]);
  });

  it("a share that exceeds the escrow throws and is never clamped", () => {
    const escrow = escrowFor({
      price: amount(100n),
      validators: 1,
      attempts: 1,
      validatorFee: dec(one),
      authorShare: dec(0n),
      tax: dec(0n),
      postFee: amount(0n),
    });
    assert.throws(() => settle(escrow, [{ fee: 201n, postFees: 0n, pooled: 0n }], true), /amount/);
  });

  it("posts cover two a seat and two for each further attempt; without validators one an attempt", () => {
    assert.equal(postsCovered(2, 3), 10);
    assert.equal(postsCovered(51, 3), 108);
    assert.equal(postsCovered(0, 3), 3);
    assert.equal(postsCovered(1, 1), 4);
  });
});

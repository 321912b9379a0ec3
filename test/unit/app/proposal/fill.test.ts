import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BlockFiller, type Room } from "../../../../app/proposal/fill.ts";
import { protoSize, type Candidate } from "../../../../app/proposal/lanes.ts";
import { defineMsg, type Lane } from "../../../../core/module.ts";
import type { Address } from "../../../../core/brand.ts";
import { testWorld } from "../../../support/ctx.ts";

const nothing = { encode: () => new Uint8Array(), decode: () => ({}) };
const request = defineMsg({
  ...{ typeUrl: "/test.MsgRequest", request: nothing, response: nothing },
  signer: () => "x" as Address,
  handle: () => ({}),
  perBlock: () => 3,
});

type Made = { lane?: Lane; by?: string | string[]; fee?: bigint; gas?: bigint; size?: bigint };

let count = 0;
function made({ lane = "fee", by, fee = 0n, gas = 1n, size = 10n }: Made, requests = 0): Candidate {
  count += 1;
  const signers = by === undefined ? [`signer ${count}`] : [by].flat();
  const capped = new Map(requests === 0 ? [] : [[request, requests] as const]);
  return { bytes: Uint8Array.of(count), size, gas, fee, lane, signers, capped };
}

function fill(candidates: Candidate[], room: Partial<Room> = {}): number[] {
  const filler = new BlockFiller(testWorld().at(), { bytes: 1000n, gas: undefined, ...room });
  const taken = filler.fill(candidates);
  return taken.map((bytes) => candidates.findIndex((candidate) => candidate.bytes === bytes));
}

describe("proposal: lanes", () => {
  it("orders reveals, commits, observations, then the rest by price of gas", () => {
    const candidates = [
      made({ fee: 5n, gas: 10n }),
      made({ fee: 5n, gas: 5n }),
      made({ lane: "observation" }),
      made({ lane: "commit" }),
      made({ lane: "reveal" }),
      made({ fee: 10n, gas: 10n }),
    ];
    assert.deepEqual(fill(candidates), [4, 3, 2, 1, 5, 0]);
  });

  it("X24: a flood in one lane leaves the others their share", () => {
    const flood = Array.from({ length: 200 }, () => made({ lane: "reveal" }));
    const paid = Array.from({ length: 200 }, () => made({ fee: 9n }));
    const commits = Array.from({ length: 5 }, () => made({ lane: "commit" }));
    const candidates = [...flood, ...paid, ...commits];
    const lanes = fill(candidates).map((i) => candidates[i]?.lane);
    const of = (lane: Lane): number => lanes.filter((one) => one === lane).length;
    assert.equal(of("commit"), 5);
    assert.equal(of("fee"), 20);
    // What the others leave goes to the first lane.
    assert.equal(of("reveal"), 75);
  });

  it("never takes a transaction before an earlier one of its signer", () => {
    const candidates = [
      made({ by: "a", fee: 1n }),
      made({ by: "a", lane: "reveal" }),
      made({ by: ["b", "a"], fee: 9n }),
      made({ by: "b", fee: 99n }),
    ];
    assert.deepEqual(fill(candidates), [0, 1, 2, 3]);
    // What cannot be taken holds back its signer's later ones, and nobody else's.
    const large = [made({ by: "a", size: 2000n }), made({ by: "a" }), made({ by: "b" })];
    assert.deepEqual(fill(large), [2]);
  });

  it("keeps the sums of bytes and gas within the block", () => {
    const candidates = Array.from({ length: 50 }, () => made({ size: 30n, gas: 7n }));
    assert.equal(fill(candidates, { bytes: 100n }).length, 3);
    assert.equal(fill(candidates, { gas: 30n }).length, 4);
    assert.equal(fill(candidates, { gas: 0n }).length, 0);
    assert.equal(fill([made({ gas: 2n ** 63n })], { gas: 100n }).length, 0);
  });

  it("leaves the surplus of a message that a block takes only so often", () => {
    const candidates = [made({}, 1), made({}, 2), made({}, 1), made({})];
    assert.deepEqual(fill(candidates), [0, 1, 3]);
  });

  it("lets requests wait while reveals do not fit", () => {
    const reveals = Array.from({ length: 101 }, () => made({ lane: "reveal" }));
    const candidates = [...reveals, made({ fee: 9n, size: 1n }, 1)];
    assert.ok(!fill(candidates, { bytes: 900n }).includes(101));
    assert.ok(fill(candidates, { bytes: 2000n }).includes(101));
  });

  it("is linear in one sender's queue", () => {
    const candidates = Array.from({ length: 20_000 }, (_, i) =>
      made({ by: "a", fee: BigInt(i), size: 1n }),
    );
    assert.equal(fill(candidates, { bytes: 10n ** 9n }).length, 20_000);
  });

  it("counts bytes as CometBFT does", () => {
    assert.equal(protoSize(new Uint8Array()), 2n);
    assert.equal(protoSize(new Uint8Array(127)), 129n);
    assert.equal(protoSize(new Uint8Array(128)), 131n);
    assert.equal(protoSize(new Uint8Array(16_384)), 16_388n);
  });
});

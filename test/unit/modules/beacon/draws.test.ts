import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dec } from "../../../../core/brand.ts";
import { taggedHash } from "../../../../core/crypto/hash.ts";
import { sha256 } from "../../../../core/crypto/sha256.ts";
import { BugError } from "../../../../core/errors.ts";
import * as beacon from "../../../../modules/beacon/index.ts";
import * as clock from "../../../../modules/clock/index.ts";
import { testChainId } from "../../../support/ctx.ts";
import { broken } from "../../../support/moduleCalls.ts";
import { codeOf, refusal } from "../../../support/refusal.ts";
import { appHashAfter, beaconWorld, readyAfter, request, tenth, third } from "./world.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const equal = (count: number): bigint[] => range(count).map(() => 10n);

describe("beacon: readiness", () => {
  it("Z2: four consensus validators of 25 %: request h, draw h+1", () => {
    assert.equal(readyAfter([25n, 25n, 25n, 25n], [1, 2, 3, 4]), 1);
  });

  it("Z2: equal powers 1 to 7 wait until more than the share has proposed", () => {
    // proposers in turn; the draw needs floor(share * n) + 1 of them
    const tenths = [1, 1, 1, 1, 1, 1, 1];
    const thirds = [1, 1, 2, 2, 2, 3, 3];
    for (const n of range(7)) {
      assert.equal(readyAfter(equal(n), range(n)), tenths[n - 1], `${n}, a tenth`);
      assert.equal(
        readyAfter(equal(n), range(n), { power: third }),
        thirds[n - 1],
        `${n}, a third`,
      );
    }
    assert.equal(readyAfter(equal(10), range(10)), 2, "10 of 10 %: one holds a tenth, not more");
    assert.equal(readyAfter(equal(30), range(30)), 4, "3 of 30 hold a tenth, not more");
  });

  it("asks for more than the share: what only meets it waits", () => {
    const half = (10n ** 18n / 2n) as Dec;
    assert.equal(readyAfter([15n, 15n], [1, 2], { power: half }), 2);
    assert.equal(readyAfter([16n, 14n], [1, 2], { power: half }), 1);
    assert.equal(readyAfter([14n, 16n], [1, 2], { power: half }), 2);
    assert.equal(readyAfter([1n, 9n], [1, 2]), 2);
    assert.equal(readyAfter([2n, 17n], [1, 2]), 1);
    const large = 2n ** 56n;
    assert.equal(readyAfter([large, 9n * large], [1, 2]), 2);
    assert.equal(readyAfter([large + 1n, 9n * large], [1, 2]), 1);
  });

  it("Z2: unequal powers count by power, not by blocks", () => {
    const powers = [1n, 1n, 1n, 97n];
    assert.equal(readyAfter(powers, [4, 1, 2, 3]), 1);
    assert.equal(readyAfter(powers, [1, 2, 3, 4]), 4);
  });

  it("X16: a proposer counts once, however many blocks it makes", () => {
    const powers = [9n, 91n];
    assert.equal(readyAfter(powers, [1, 1, 1, 1, 2]), 5);
  });

  it("waits for the delay, and runs at the limit whatever the power", () => {
    assert.equal(readyAfter(equal(4), range(4), { delay: 3 }), 3);
    assert.equal(readyAfter([1n, 99n], [1], { limit: 40 }), 40);
    assert.equal(readyAfter([1n, 99n], [1], { limit: 2, delay: 2 }), 2);
    assert.equal(readyAfter(equal(4), range(4), { delay: 10, limit: 10 }), 10);
  });

  it("is not ready in the request's own block", () => {
    const world = beaconWorld(equal(1));
    const ctx = world.at(100);
    beacon.registerDraw(ctx, request({ power: 0n as Dec }));
    assert.deepEqual(beacon.readyDraws(ctx, "task", 10), []);
  });
});

describe("beacon: draws", () => {
  it("Z2: the seed is the hash of chain, kind, id, attempt, digest, app hash after h and each beacon since", () => {
    const world = beaconWorld(equal(4));
    beacon.registerDraw(world.at(100), request({ id: 7n, attempt: 2, delay: 3 }));
    const beacons: Uint8Array[] = [];
    let last: Uint8Array = new Uint8Array(32);
    for (const [height, by] of [
      [101n, 2],
      [102n, 3],
      [103n, 2],
    ] as const) {
      const message = taggedHash("beacon", testChainId, height, last);
      assert.deepEqual(beacon.contributionMessage(world.at(Number(height), by)), message);
      const digest = sha256(Uint8Array.of(by), message);
      last = sha256(
        Uint8Array.from([...digest, ...sha256(digest), ...new Uint8Array(32).fill(by)]),
      );
      beacons.push(last);
      const ready = beacon.readyDraws(world.begin(Number(height), by), "task", 10);
      if (height < 103n) {
        assert.deepEqual(ready, []);
        continue;
      }
      const appHash = appHashAfter(100n);
      const digest9 = new Uint8Array(32).fill(9);
      const seed = taggedHash("draw", testChainId, "task", 7n, 2n, digest9, appHash, ...beacons);
      assert.deepEqual(ready, [
        { id: 7n, attempt: 2, seed, requestedHeight: 100n, appHash, beacons },
      ]);
    }
  });

  it("gives every part of the request another seed", () => {
    const seeds = new Set<string>();
    const variants: Partial<beacon.DrawRequest>[] = [
      {},
      { id: 2n },
      { attempt: 2 },
      { kind: "panel" },
      { triggerDigest: new Uint8Array(32) },
    ];
    for (const fields of variants) {
      const world = beaconWorld(equal(1));
      beacon.registerDraw(world.at(100), request(fields));
      const [ready] = beacon.readyDraws(world.begin(101, 1), fields.kind ?? "task", 10);
      seeds.add(Buffer.from(ready?.seed ?? new Uint8Array()).toString("hex"));
    }
    assert.equal(seeds.size, variants.length);
  });

  it("opens a clock window and closes it when it is taken out", () => {
    const world = beaconWorld(equal(4));
    const ctx = world.at(100);
    beacon.registerDraw(ctx, request());
    beacon.registerDraw(ctx, request({ id: 2n }));
    assert.equal(clock.openWindows(ctx), 2n);
    assert.equal(beacon.pendingDraws(ctx), 2n);
    const next = world.begin(101, 1);
    assert.equal(beacon.readyDraws(next, "task", 10).length, 2);
    assert.equal(clock.openWindows(next), 0n);
    assert.equal(beacon.isDue(next), false);
    assert.deepEqual(broken(beacon.beaconModule, next), []);
  });

  it("leaves what the cap defers, and that takes the next beacon too", () => {
    const world = beaconWorld(equal(4));
    for (const id of [1n, 2n, 3n]) beacon.registerDraw(world.at(100), request({ id }));
    const first = beacon.readyDraws(world.begin(101, 1), "task", 2);
    const second = beacon.readyDraws(world.begin(102, 1), "task", 2);
    assert.deepEqual(
      first.map(({ id }) => id),
      [1n, 2n],
    );
    assert.deepEqual(
      second.map(({ id }) => id),
      [3n],
    );
    assert.deepEqual([first[0]?.beacons.length, second[0]?.beacons.length], [1, 2]);
    assert.deepEqual(beacon.readyDraws(world.begin(103, 1), "task", 0), []);
  });

  it("takes the oldest request first and skips those that are not ready", () => {
    const world = beaconWorld(equal(4));
    beacon.registerDraw(world.at(100), request({ id: 9n, power: third }));
    beacon.registerDraw(world.at(100), request({ id: 8n, delay: 5 }));
    world.begin(101, 1);
    beacon.registerDraw(world.at(101), request({ id: 3n }));
    const ids = (height: number, by: number): bigint[] =>
      beacon.readyDraws(world.begin(height, by), "task", 10).map(({ id }) => id);
    assert.deepEqual(ids(102, 1), [3n]);
    assert.deepEqual(ids(103, 2), [9n]);
    assert.deepEqual(ids(104, 1), []);
    assert.deepEqual(ids(105, 1), [8n]);
  });

  it("gives each kind its own draws", () => {
    const world = beaconWorld(equal(4));
    beacon.registerDraw(world.at(100), request());
    beacon.registerDraw(world.at(100), request({ kind: "panel" }));
    const ctx = world.begin(101, 1);
    assert.equal(beacon.readyDraws(ctx, "panel", 10).length, 1);
    assert.equal(beacon.readyDraws(ctx, "panel", 10).length, 0);
    assert.equal(beacon.readyDraws(ctx, "task", 10).length, 1);
  });

  it("cancels a draw, and does nothing where there is none", () => {
    const world = beaconWorld(equal(4));
    const ctx = world.at(100);
    beacon.cancelDraw(ctx, "task", 1n);
    beacon.registerDraw(ctx, request());
    beacon.cancelDraw(ctx, "task", 1n);
    beacon.cancelDraw(ctx, "task", 1n);
    assert.equal(beacon.pendingDraws(ctx), 0n);
    assert.equal(clock.openWindows(ctx), 0n);
    assert.deepEqual(broken(beacon.beaconModule, ctx), []);
  });

  it("keeps few records however long requests go on", () => {
    const world = beaconWorld(equal(4));
    beacon.registerDraw(world.at(100), request({ id: 0n }));
    let size = 0;
    for (let i = 1; i <= 200; i++) {
      const ctx = world.begin(100 + i, 1 + (i & 3));
      beacon.readyDraws(ctx, "task", 10);
      beacon.registerDraw(world.at(100 + i), request({ id: BigInt(i) }));
      if (i === 50) size = world.store.size;
    }
    assert.equal(world.store.size, size);
  });

  it("refuses a draw when nobody can contribute", () => {
    const world = beaconWorld([]);
    const error = refusal(world as never, world.at(100), (own) =>
      beacon.registerDraw(own, request()),
    );
    assert.equal(codeOf(error), "beacon/2");
  });

  it("takes a draw twice or one that cannot be for a bug", () => {
    const world = beaconWorld(equal(4));
    const ctx = world.at(100);
    beacon.registerDraw(ctx, request());
    const wrong: Partial<beacon.DrawRequest>[] = [
      {},
      { id: 2n, delay: 0 },
      { id: 2n, delay: 5, limit: 4 },
      { id: 2n, power: (10n ** 18n) as Dec },
      { id: 2n, power: -1n as Dec },
    ];
    const before = world.store.dump();
    for (const fields of wrong) {
      assert.throws(() => beacon.registerDraw(ctx, request(fields)), BugError);
    }
    assert.deepEqual(world.store.dump(), before);
  });

  it("takes a missing contribution for a bug", () => {
    const world = beaconWorld(equal(4));
    beacon.registerDraw(world.at(100), request({ power: tenth }));
    world.begin(101, 1);
    const late = world.at(103);
    assert.throws(() => beacon.readyDraws(late, "task", 1), BugError);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BugError } from "../../../../core/errors.ts";
import type { BlockUsage } from "../../../../core/module.ts";
import * as clock from "../../../../modules/clock/index.ts";
import { broken } from "../../../support/moduleCalls.ts";
import { after, busy, clockWorld, endBlock, idle, proposer } from "./world.ts";

describe("clock: windows", () => {
  it("make every block write while one is open, and none after the last has closed", () => {
    const world = clockWorld();
    clock.openWindow(after(world, 1, 1));
    clock.openWindow(after(world, 1, 1));
    for (let height = 1; height <= 5; height++) {
      const before = world.store.dump();
      // the only consensus validator proposes every block
      endBlock(after(world, 1, height), idle);
      assert.notDeepEqual(world.store.dump(), before, `height ${height}`);
    }
    clock.closeWindow(after(world, 1, 6));
    assert.equal(clock.openWindows(after(world, 1, 6)), 1n);
    clock.closeWindow(after(world, 1, 6));
    const rest = world.store.dump();
    for (let height = 6; height < 10; height++) endBlock(after(world, 1, height), idle);
    assert.deepEqual(world.store.dump(), rest);
  });

  it("take one close too many for a bug", () => {
    const world = clockWorld();
    assert.throws(() => clock.closeWindow(after(world, 1)), BugError);
  });

  it("cost the same gas however many ticks are kept", () => {
    const world = clockWorld();
    clock.openWindow(after(world, 1));
    const first = after(world, 1);
    clock.openWindow(first);
    for (let i = 1; i < 50; i++) endBlock(after(world, 1, i, i), idle);
    const second = after(world, 1);
    clock.openWindow(second);
    assert.equal(second.gas.used, first.gas.used);
  });
});

describe("clock: proposers", () => {
  it("are counted once each, this block's included, whether or not it has ticked", () => {
    const world = clockWorld();
    clock.openWindow(after(world, 1, 1, 9));
    const proposers = [9, 1, 2, 1, 3];
    for (const [i, by] of proposers.entries()) {
      const ctx = after(world, 1, i + 1, by);
      const wanted = new Set(proposers.slice(1, i + 1)).size;
      assert.equal(clock.distinctProposers(ctx, 1n), wanted, `height ${i + 1}, before its tick`);
      endBlock(ctx, idle);
      assert.equal(clock.distinctProposers(ctx, 1n), wanted, `height ${i + 1}, after its tick`);
    }
    assert.deepEqual(broken(clock.clockModule, after(world, 1, 5, 3)), []);
  });

  it("are as many as a list of all blocks says", () => {
    const blocks = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(blocks, fc.nat({ max: 40 }), (proposers, start) => {
        const world = clockWorld();
        clock.openWindow(after(world, 1));
        for (const [i, by] of proposers.entries()) {
          const ctx = after(world, 1, i + 1, by);
          assert.equal(
            clock.distinctProposers(ctx, BigInt(start)),
            new Set(proposers.slice(start, i + 1)).size,
          );
          endBlock(ctx, idle);
        }
      }),
    );
  });

  it("leave a bounded number of ticks, the newest", () => {
    const world = clockWorld();
    clock.openWindow(after(world, 1));
    for (let height = 1; height <= 400; height++) {
      const ctx = world.at({ ...after(world, 1, height).block, proposer: wide(height) });
      endBlock(ctx, idle);
    }
    const ctx = world.at({ ...after(world, 1, 400).block, proposer: wide(400) });
    assert.equal(clock.distinctProposers(ctx, 0n), 256);
    assert.equal(clock.distinctProposers(ctx, 390n), 10);
  });

  function wide(number: number): ReturnType<typeof proposer> {
    const address = proposer(0);
    address[0] = number & 255;
    address[1] = number >> 8;
    return address;
  }
});

describe("clock: full blocks", () => {
  const cases: [string, Partial<BlockUsage>, boolean][] = [
    ["an empty one", {}, false],
    ["90 % of the bytes", { bytes: 900n }, true],
    ["one byte less", { bytes: 899n }, false],
    ["90 % of the gas", { gas: 900n }, true],
    ["one unit of gas less", { gas: 899n }, false],
    ["much gas without a limit", { gas: 10n ** 18n, maxGas: undefined }, false],
    ["many bytes without a limit", { bytes: 10n ** 9n, maxBytes: -1n }, false],
    ["nothing of a limit of 0", { maxGas: 0n, maxBytes: 0n }, false],
  ];
  for (const [name, fields, full] of cases) {
    it(`tell ${name}`, () => assert.equal(clock.isFull({ ...busy, ...fields }), full));
  }

  it("are counted once, whoever asks before or after the clock's own end of block", () => {
    const world = clockWorld();
    const full = { ...busy, bytes: 950n };
    for (const [height, usage, total] of [
      [1, full, 1n],
      [2, busy, 1n],
      [3, full, 2n],
    ] as const) {
      const ctx = after(world, 1, height);
      assert.equal(clock.fullBlocks(ctx, usage), total, `height ${height}, before`);
      endBlock(ctx, usage);
      assert.equal(clock.fullBlocks(ctx, usage), total, `height ${height}, after`);
      assert.equal(clock.fullBlocks(ctx), total, `height ${height}, without usage`);
    }
  });

  it("never go down for a window that opens in a full block", () => {
    const world = clockWorld();
    const full = { ...busy, gas: 1000n };
    const start = after(world, 1, 1);
    endBlock(start, full);
    clock.openWindow(start);
    const base = clock.fullBlocks(start, full);
    endBlock(after(world, 1, 2), busy);
    assert.equal(clock.fullBlocks(after(world, 1, 2), busy) - base, 0n);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as clock from "../../../../modules/clock/index.ts";
import { genesisMs } from "../../../support/ctx.ts";
import { after, busy, clockWorld, endBlock, idle } from "./world.ts";

describe("clock: epochs", () => {
  it("count whole epochs since genesis", () => {
    const world = clockWorld();
    for (const [seconds, epoch] of [
      [0, 0n],
      [1.999, 0n],
      [2, 1n],
      [3.999, 1n],
      [4, 2n],
      [86_400, 43_200n],
    ] as const) {
      assert.equal(clock.epoch(after(world, seconds)), epoch, `${seconds} s`);
    }
  });

  it("begin at their multiple of the length", () => {
    const ctx = after(clockWorld(), 5);
    assert.equal(clock.epochStartMs(ctx), genesisMs + 4_000n);
    assert.equal(clock.epochStartMs(ctx, 7n), genesisMs + 14_000n);
    assert.equal(clock.genesisMs(ctx), genesisMs);
  });

  it("B16: a time before genesis counts as genesis", () => {
    const ctx = after(clockWorld(), -100);
    assert.equal(clock.epoch(ctx), 0n);
    assert.equal(clock.slot(ctx), 0n);
  });

  it("write nothing when they turn", () => {
    const world = clockWorld();
    const before = world.store.dump();
    for (let height = 1; height < 20; height++) endBlock(after(world, height * 7, height), idle);
    assert.deepEqual(world.store.dump(), before);
  });
});

describe("clock: slots", () => {
  it("are numbered from 0, and one further for each later slot of time with work", () => {
    const world = clockWorld();
    const steps: [number, bigint][] = [
      [0, 0n],
      [19, 0n],
      [20, 1n],
      [39, 1n],
      [40, 2n],
      [41, 2n],
    ];
    for (const [seconds, slot] of steps) {
      const ctx = after(world, seconds);
      assert.equal(clock.slot(ctx), slot, `${seconds} s`);
      endBlock(ctx, busy);
      assert.equal(clock.slot(ctx), slot, `${seconds} s, after the end of the block`);
    }
  });

  it("take one number for a pause, however long", () => {
    const world = clockWorld();
    endBlock(after(world, 25), busy);
    assert.equal(clock.slot(after(world, 1_000_000)), 2n);
    endBlock(after(world, 1_000_000), busy);
    assert.equal(clock.slot(after(world, 1_000_010)), 2n);
    assert.equal(clock.slot(after(world, 1_000_021)), 3n);
  });

  it("do not move while blocks are idle: the number is computed on reading", () => {
    const world = clockWorld();
    endBlock(after(world, 5), busy);
    for (let i = 1; i < 10; i++) endBlock(after(world, 20 * i + 5, i), idle);
    assert.equal(clock.slot(after(world, 205)), 1n);
  });

  it("count a block in which a window ticks as work", () => {
    const world = clockWorld();
    clock.openWindow(after(world, 1));
    endBlock(after(world, 21, 2), idle);
    endBlock(after(world, 41, 3), idle);
    assert.equal(clock.slot(after(world, 41)), 2n);
  });

  it("write nothing for more work in the same slot", () => {
    const world = clockWorld();
    endBlock(after(world, 21), busy);
    const before = world.store.dump();
    endBlock(after(world, 22, 2), busy);
    clock.noteWork(after(world, 23, 3));
    assert.deepEqual(world.store.dump(), before);
  });

  it("say when the next one begins", () => {
    const world = clockWorld();
    assert.equal(clock.nextSlotMs(after(world, 0)), genesisMs + 20_000n);
    assert.equal(clock.nextSlotMs(after(world, 20)), genesisMs + 40_000n);
    assert.equal(clock.nextSlotMs(after(world, 59.999)), genesisMs + 60_000n);
  });
});

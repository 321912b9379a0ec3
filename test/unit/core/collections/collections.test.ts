import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dueQueue } from "../../../../core/collections/keySet.ts";
import { index } from "../../../../core/collections/indexedMap.ts";
import { pairKey, stringKey, u64Key } from "../../../../core/collections/keys.ts";
import { declaredCollections } from "../../../../core/collections/schema.ts";
import { BugError } from "../../../../core/errors.ts";
import { testWorld } from "../../../support/ctx.ts";
import { freshSchema, Text } from "./world.ts";

describe("core: item", () => {
  it("is absent, written, read and removed", () => {
    const one = freshSchema("item").item(3, "one", Text);
    const ctx = testWorld().at();
    assert.equal(one.find(ctx), undefined);
    assert.throws(
      () => one.get(ctx),
      (error) => error instanceof BugError && /test.item.one/.test(error.message),
    );
    one.set(ctx, "x");
    assert.equal(one.get(ctx), "x");
    one.remove(ctx);
    assert.equal(one.find(ctx), undefined);
  });

  it("costs what the SDK's store costs", () => {
    const one = freshSchema("gas").item(3, "one", Text);
    const world = testWorld();
    const gas = (step: (ctx: ReturnType<typeof world.at>) => unknown): bigint => {
      const ctx = world.at();
      step(ctx);
      return ctx.gas.used;
    };
    assert.equal(
      gas((ctx) => one.find(ctx)),
      1000n + 3n,
    );
    assert.equal(
      gas((ctx) => one.set(ctx, "abcde")),
      2000n + 30n * 6n,
    );
    assert.equal(
      gas((ctx) => one.get(ctx)),
      1000n + 3n * 6n,
    );
    assert.equal(
      gas((ctx) => one.remove(ctx)),
      1000n,
    );
  });
});

describe("core: sequence", () => {
  it("counts from 1, or from where it is told", () => {
    const made = freshSchema("sequence");
    const ctx = testWorld().at();
    const ids = made.sequence(1, "ids");
    assert.deepEqual(
      [ids.peek(ctx), ids.next(ctx), ids.next(ctx), ids.peek(ctx)],
      [1n, 1n, 2n, 3n],
    );
    ids.set(ctx, 9n);
    assert.equal(ids.next(ctx), 9n);
    const zero = made.sequence(2, "zero", 0n);
    assert.deepEqual([zero.next(ctx), zero.next(ctx)], [0n, 1n]);
  });
});

describe("core: schema", () => {
  it("refuses at start a prefix or a name that is taken in that store", () => {
    const made = freshSchema("taken");
    made.item(1, "one", Text);
    assert.throws(() => made.map(1, "two", stringKey, Text), BugError);
    assert.throws(() => made.item(2, "one", Text), BugError);
    made.indexedMap(2, "indexed", stringKey, Text, {
      byText: index(3, stringKey, (v: string) => v),
    });
    assert.throws(() => made.keySet(3, "three", stringKey), BugError);
    assert.throws(() => freshSchema("taken").item(1, "again", Text), BugError);
    freshSchema("another").item(1, "one", Text);
  });

  it("B13: a longer prefix takes its first byte, so that none begins another", () => {
    const made = freshSchema("long");
    made.map("accountNumber", "numbers", u64Key(), Text);
    assert.throws(() => made.item(0x61, "a", Text), BugError);
    assert.throws(() => made.map("abc", "abc", u64Key(), Text), BugError);
    assert.throws(() => made.map("", "none", u64Key(), Text), BugError);
    assert.throws(() => made.map("ż", "wide", u64Key(), Text), BugError);
    assert.deepEqual([...(declaredCollections().get("test.long") ?? [])], [[0x61, "numbers"]]);
  });

  it("B13: keys under a longer prefix decode from behind it", () => {
    const numbers = freshSchema("behind").map("accountNumber", "numbers", u64Key(), Text);
    const ctx = testWorld().at();
    numbers.set(ctx, 7n, "seven");
    assert.deepEqual([...numbers.entries(ctx)], [[7n, "seven"]]);
    assert.deepEqual([...numbers.keys(ctx)], [7n]);
  });
});

describe("core: key set and due queue", () => {
  it("holds a key once", () => {
    const set = freshSchema("set").keySet(1, "set", stringKey);
    const ctx = testWorld().at();
    set.add(ctx, "b");
    set.add(ctx, "a");
    set.add(ctx, "b");
    assert.deepEqual([...set.keys(ctx)], ["a", "b"]);
    assert.equal(set.has(ctx, "a"), true);
    set.remove(ctx, "a");
    set.remove(ctx, "a");
    assert.deepEqual([...set.keys(ctx)], ["b"]);
  });

  it("B3: takes what is due in order, and no more than the limit", () => {
    const set = freshSchema("due").keySet(1, "due", pairKey(u64Key(), u64Key()));
    const queue = dueQueue(set);
    const ctx = testWorld().at();
    for (const entry of [
      [5n, 1n],
      [3n, 9n],
      [3n, 2n],
      [7n, 0n],
    ] as const)
      set.add(ctx, entry);
    assert.deepEqual(queue.due(ctx, 5n, 10), [
      [3n, 2n],
      [3n, 9n],
      [5n, 1n],
    ]);
    assert.deepEqual(queue.due(ctx, 5n, 2), [
      [3n, 2n],
      [3n, 9n],
    ]);
    assert.deepEqual(queue.due(ctx, 2n, 10), []);
    assert.deepEqual(queue.due(ctx, 9n, 0), []);
    queue.remove(ctx, [3n, 2n]);
    assert.deepEqual(queue.due(ctx, 3n, 10), [[3n, 9n]]);
  });
});

describe("core: map walks", () => {
  const entries = freshSchema("walk").map(5, "walk", pairKey(stringKey, u64Key()), Text);
  const world = testWorld();
  for (const [name, id] of [
    ["a", 1n],
    ["b", 1n],
    ["b", 2n],
    ["b", 3n],
    ["c", 1n],
  ] as const) {
    entries.set(world.at(), [name, id], `${name}${id}`);
  }
  const values = (walk: Parameters<typeof entries.values>[1]): string[] => [
    ...entries.values(world.at(), walk),
  ];

  it("go forwards, backwards, under a head, from and after a key", () => {
    assert.deepEqual(values({}), ["a1", "b1", "b2", "b3", "c1"]);
    assert.deepEqual(values({ reverse: true }), ["c1", "b3", "b2", "b1", "a1"]);
    assert.deepEqual(values({ under: "b" }), ["b1", "b2", "b3"]);
    assert.deepEqual(values({ under: "b", reverse: true }), ["b3", "b2", "b1"]);
    assert.deepEqual(values({ from: ["b", 2n] }), ["b2", "b3", "c1"]);
    assert.deepEqual(values({ after: ["b", 2n] }), ["b3", "c1"]);
    assert.deepEqual(values({ from: ["b", 2n], reverse: true }), ["b2", "b1", "a1"]);
    assert.deepEqual(values({ after: ["b", 2n], reverse: true }), ["b1", "a1"]);
    assert.deepEqual(values({ under: "b", after: ["b", 2n] }), ["b3"]);
    assert.deepEqual([...entries.under(world.at(), "b")], ["b1", "b2", "b3"]);
  });

  it("B13: never leave the head, wherever they start", () => {
    assert.deepEqual(values({ under: "b", from: ["a", 0n] }), ["b1", "b2", "b3"]);
    assert.deepEqual(values({ under: "b", from: ["c", 0n] }), []);
    assert.deepEqual(values({ under: "b", from: ["c", 9n], reverse: true }), ["b3", "b2", "b1"]);
    assert.deepEqual(values({ under: "b", after: ["a", 0n], reverse: true }), []);
  });

  it("meter a step at a time: nobody pays for what was not read", () => {
    const gas = (take: number): bigint => {
      const ctx = world.at();
      const walk = entries.values(ctx);
      for (let i = 0; i < take; i++) walk.next();
      return ctx.gas.used;
    };
    assert.equal(gas(0), 0n);
    assert.equal(gas(1), 30n + 30n + 3n * (11n + 2n));
    assert.equal(gas(2), gas(1) + 30n + 3n * (11n + 2n));
  });
});

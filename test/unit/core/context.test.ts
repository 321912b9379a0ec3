import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Ctx } from "../../../core/context.ts";
import { inBranch } from "../../../core/context.ts";
import { BugError, FatalError, sdkErrors } from "../../../core/errors.ts";
import { dueQueue } from "../../../core/collections/keySet.ts";
import { pairKey, stringKey, u64Key } from "../../../core/collections/keys.ts";
import { runDue, type DueSteps } from "../../../core/due.ts";
import { testWorld } from "../../support/ctx.ts";
import { freshSchema, Text } from "./collections/world.ts";

const state = freshSchema("context");
const texts = state.map(1, "texts", stringKey, Text);
const due = state.keySet(2, "due", pairKey(u64Key(), u64Key()));
const event = { type: "x", attributes: [] };

describe("core: branches", () => {
  it("merge all writes and events of a step, and give its result", () => {
    const ctx = testWorld().at();
    const result = inBranch(ctx, (own) => {
      texts.set(own, "a", "1");
      own.events.add(event);
      assert.equal(texts.get(ctx, "a"), undefined);
      return 5;
    });
    assert.equal(result, 5);
    assert.equal(texts.get(ctx, "a"), "1");
    assert.deepEqual(ctx.events.events, [event]);
  });

  it("B14: leave nothing of a step that throws, whatever it throws and however deep", () => {
    for (const error of [sdkErrors.logic("x"), new BugError("x"), new TypeError("x")]) {
      const world = testWorld();
      const ctx = world.at();
      texts.set(ctx, "kept", "1");
      const before = world.store.dump();
      const step = (own: Ctx): void => {
        texts.set(own, "a", "1");
        texts.remove(own, "kept");
        own.events.add(event);
        inBranch(own, (inner) => {
          texts.set(inner, "b", "2");
          inner.events.add(event);
        });
        throw error;
      };
      assert.throws(() => inBranch(ctx, step), error);
      assert.deepEqual(world.store.dump(), before);
      assert.deepEqual(ctx.events.events, []);
    }
  });

  it("undo a step whose coins do not balance", () => {
    const world = testWorld();
    const ctx = world.at();
    const step = (own: Ctx): void => {
      texts.set(own, "a", "1");
      own.coins.balance("uassay", 1n);
    };
    assert.throws(() => inBranch(ctx, step), BugError);
    assert.equal(world.store.size, 0);
  });

  it("use the gas of the whole, also when undone", () => {
    const ctx = testWorld().at();
    assert.throws(() =>
      inBranch(ctx, (own) => {
        texts.set(own, "a", "1");
        throw sdkErrors.logic("x");
      }),
    );
    assert.ok(ctx.gas.used > 2000n);
  });
});

describe("core: due items", () => {
  const ran: bigint[] = [];
  function steps(fail: {
    run?: bigint;
    fallback?: bigint;
    park?: bigint;
    error?: unknown;
  }): DueSteps<bigint> {
    const error = fail.error ?? new TypeError("broken item");
    const step = (name: "run" | "fallback" | "park") => (own: Ctx, id: bigint) => {
      texts.set(own, `${id}`, name);
      own.events.add({ type: name, attributes: [] });
      if (fail[name] === id) throw error;
      ran.push(id);
    };
    return { run: step("run"), fallback: step("fallback"), park: step("park") };
  }
  function worldOf(...entries: (readonly [bigint, bigint])[]) {
    const world = testWorld();
    for (const entry of entries) due.add(world.at(), entry);
    ran.length = 0;
    return world;
  }
  const queue = dueQueue(due);

  it("run in order up to the limit; the rest waits", () => {
    const ctx = worldOf([3n, 1n], [1n, 2n], [2n, 3n], [9n, 4n]).at();
    assert.equal(runDue(ctx, queue, 5n, 2, steps({})), 2);
    assert.deepEqual(ran, [2n, 3n]);
    assert.equal(runDue(ctx, queue, 5n, 2, steps({})), 1);
    assert.deepEqual(ran, [2n, 3n, 1n]);
    assert.equal(runDue(ctx, queue, 5n, 2, steps({})), 0);
    assert.deepEqual([...due.keys(ctx)], [[9n, 4n]]);
  });

  it("R7: a bad one falls back, alone and without a trace of what it did", () => {
    const ctx = worldOf([1n, 1n], [1n, 2n], [1n, 3n]).at();
    assert.equal(runDue(ctx, queue, 1n, 10, steps({ run: 2n })), 3);
    assert.deepEqual(
      [texts.get(ctx, "1"), texts.get(ctx, "2"), texts.get(ctx, "3")],
      ["run", "fallback", "run"],
    );
    assert.deepEqual(
      ctx.events.events.map(({ type }) => type),
      ["run", "fallback", "run"],
    );
    assert.deepEqual([...due.keys(ctx)], []);
    assert.equal(ctx.alarms.length, 1);
  });

  it("B2: one whose fallback fails too is parked", () => {
    const ctx = worldOf([1n, 2n]).at();
    runDue(ctx, queue, 1n, 10, steps({ run: 2n, fallback: 2n }));
    assert.equal(texts.get(ctx, "2"), "park");
    assert.deepEqual([...due.keys(ctx)], []);
    assert.equal(ctx.alarms.length, 2);
  });

  it("one that cannot even be parked ends the process", () => {
    const ctx = worldOf([1n, 2n]).at();
    assert.throws(
      () => runDue(ctx, queue, 1n, 10, steps({ run: 2n, fallback: 2n, park: 2n })),
      TypeError,
    );
  });

  it("D1: what may differ between machines is never caught", () => {
    for (const error of [
      new RangeError("Maximum call stack size exceeded"),
      new FatalError("disk"),
    ]) {
      const ctx = worldOf([1n, 2n]).at();
      assert.throws(() => runDue(ctx, queue, 1n, 10, steps({ run: 2n, error })), error);
      assert.deepEqual([...due.keys(ctx)], [[1n, 2n]]);
    }
  });
});

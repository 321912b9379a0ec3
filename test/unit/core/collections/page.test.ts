import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairKey, stringKey, u64Key } from "../../../../core/collections/keys.ts";
import { page, type PageRequest } from "../../../../core/collections/page.ts";
import { TxError } from "../../../../core/errors.ts";
import { testWorld } from "../../../support/ctx.ts";
import { freshSchema, Text } from "./world.ts";

const list = freshSchema("page").map(1, "list", pairKey(stringKey, u64Key()), Text);
const world = testWorld();
for (let i = 0n; i < 1200n; i++) list.set(world.at(), ["a", i], `a${i}`);
for (let i = 0n; i < 5n; i++) list.set(world.at(), ["b", i], `b${i}`);

const ask = (
  fields: Partial<PageRequest>,
  options: { under?: string; keep?: (v: string) => boolean } = {},
) => {
  const request = {
    key: new Uint8Array(),
    offset: 0n,
    limit: 0n,
    countTotal: false,
    reverse: false,
    ...fields,
  };
  return page(world.at(), list, request, { ...options, view: (value) => value });
};

describe("core: page", () => {
  it("gives 100 and the total when no limit is asked for", () => {
    for (const found of [ask({}), page(world.at(), list, undefined, { view: (v) => v })]) {
      assert.equal(found.items.length, 100);
      assert.equal(found.items[99], "a99");
      assert.equal(found.pagination.total, 1205n);
    }
  });

  it("clamps a big limit to 1000 and refuses none", () => {
    for (const limit of [1000n, 1001n, 2n ** 64n - 1n]) {
      const found = ask({ limit });
      assert.equal(found.items.length, 1000);
      assert.equal(found.pagination.total, 0n);
      assert.ok(found.pagination.nextKey.length > 0);
    }
    assert.equal(ask({ limit: 999n }).items.length, 999);
  });

  it("counts only when asked", () => {
    assert.equal(ask({ limit: 3n }).pagination.total, 0n);
    assert.equal(ask({ limit: 3n, countTotal: true }).pagination.total, 1205n);
  });

  it("has no next key at the end, neither exactly there nor beyond", () => {
    assert.equal(ask({ limit: 5n }, { under: "b" }).pagination.nextKey.length, 0);
    assert.equal(ask({ limit: 6n }, { under: "b" }).pagination.nextKey.length, 0);
    assert.equal(ask({ limit: 4n }, { under: "b" }).pagination.nextKey.length, 10);
  });

  for (const reverse of [false, true]) {
    it(`shows each entry once over pages, ${reverse ? "backwards" : "forwards"}`, () => {
      const seen: string[] = [];
      let key = new Uint8Array();
      do {
        const found = ask({ key, limit: 2n, reverse }, { under: "b" });
        seen.push(...found.items);
        key = Uint8Array.from(found.pagination.nextKey);
      } while (key.length > 0 && seen.length < 20);
      const all = ["b0", "b1", "b2", "b3", "b4"];
      assert.deepEqual(seen, reverse ? all.reverse() : all);
    });
  }

  it("skips by offset, forwards and backwards", () => {
    assert.deepEqual(ask({ offset: 3n, limit: 9n }, { under: "b" }).items, ["b3", "b4"]);
    assert.deepEqual(ask({ offset: 3n, limit: 9n, reverse: true }, { under: "b" }).items, [
      "b1",
      "b0",
    ]);
    const beyond = ask({ offset: 9n, limit: 9n, countTotal: true }, { under: "b" });
    assert.deepEqual([beyond.items, beyond.pagination.total], [[], 5n]);
  });

  it("filters without ending a page early, and counts what it keeps", () => {
    const found = ask({ limit: 2n, countTotal: true }, { under: "b", keep: (v) => v !== "b1" });
    assert.deepEqual(found.items, ["b0", "b2"]);
    assert.equal(found.pagination.total, 4n);
    const next = ask(
      { limit: 2n, key: found.pagination.nextKey },
      { under: "b", keep: (v) => v !== "b1" },
    );
    assert.deepEqual(next.items, ["b3", "b4"]);
  });

  it("refuses key and offset together in the SDK's words", () => {
    assert.throws(
      () => ask({ key: Uint8Array.of(1), offset: 1n }),
      (error) =>
        error instanceof TxError &&
        error.code === 18 &&
        error.message ===
          "rpc error: code = InvalidArgument desc = invalid request, either offset or key is expected, got both: invalid request",
    );
  });

  it("B13: a made-up key never leads out of the head", () => {
    for (const key of [
      Uint8Array.of(0),
      Uint8Array.of(255),
      Uint8Array.of(1, 97),
      new Uint8Array(300).fill(1),
    ]) {
      for (const reverse of [false, true]) {
        const { items } = ask({ key, limit: 9n, reverse }, { under: "b" });
        assert.ok(
          items.every((value) => value.startsWith("b")),
          `${String(key)} ${reverse}`,
        );
      }
    }
  });

  it("walks a map without a head too", () => {
    const found = ask({ limit: 2n, reverse: true });
    assert.deepEqual(found.items, ["b4", "b3"]);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8Encode } from "../../../../core/bytes.ts";
import { BugError } from "../../../../core/errors.ts";
import { branch } from "../../../../core/store/branch.ts";
import type { ReadStore, StoreKey } from "../../../../core/store/kv.ts";
import { Multistore } from "../../../../core/store/multistore.ts";
import { key } from "../../../support/storeChain.ts";

const value = utf8Encode("v");

function base(...names: readonly string[]): ReadStore {
  const store = new Multistore({ stores: ["acc", "bank"] });
  store.stage(1n, [{ store: "acc", changes: names.map((name) => ({ key: key(name), value })) }]);
  store.commit();
  return store.view();
}

function names(store: ReadStore, reverse = false): string[] {
  return [...store.range("acc", "" as StoreKey, undefined, reverse)].map(([name]) => name);
}

describe("store: branch", () => {
  it("hides what it deleted and shows what it wrote, in byte order both ways", () => {
    const one = branch(base("a", "c", "e"));
    one.set("acc", key("b"), value);
    one.set("acc", key("f"), value);
    one.delete("acc", key("c"));
    assert.deepEqual(names(one), ["a", "b", "e", "f"]);
    assert.deepEqual(names(one, true), ["f", "e", "b", "a"]);
    assert.equal(one.get("acc", key("c")), undefined);
    assert.equal(one.has("acc", key("c")), false);
    assert.equal(one.has("acc", key("b")), true);
  });

  it("a discarded branch leaves no trace in its parent", () => {
    const parent = branch(base("a"));
    parent.set("acc", key("b"), value);
    const child = branch(parent);
    child.set("acc", key("c"), value);
    child.delete("acc", key("a"));
    child.set("bank", key("x"), value);
    child.discard();
    assert.equal(child.isEmpty(), true);
    assert.deepEqual(names(child), ["a", "b"]);
    assert.deepEqual(parent.dirty(), [{ store: "acc", changes: [{ key: "b", value }] }]);
  });

  it("a merge carries the deletes too and leaves the branch ready for the next transaction", () => {
    const parent = branch(base("a", "b"));
    const child = branch(parent);
    child.delete("acc", key("a"));
    child.set("acc", key("c"), value);
    child.mergeInto(parent);
    assert.deepEqual(names(parent), ["b", "c"]);
    child.set("acc", key("d"), value);
    child.mergeInto(parent);
    assert.deepEqual(names(parent), ["b", "c", "d"]);
  });

  it("a queue can be emptied and filled while it is read", () => {
    const one = branch(base("1", "2", "3"));
    const seen: string[] = [];
    for (const [name] of one.range("acc", "" as StoreKey, undefined)) {
      seen.push(name);
      one.delete("acc", name);
      one.set("acc", `9${name}` as StoreKey, value);
    }
    assert.deepEqual(seen, ["1", "2", "3"]);
    assert.deepEqual(names(one), ["91", "92", "93"]);
  });

  it("an end before the start is an empty range", () => {
    const one = branch(base("a", "b", "c"));
    one.set("acc", key("bb"), value);
    assert.deepEqual([...one.range("acc", key("c"), key("a"))], []);
  });

  it("refuses empty values and keys that the tree would not take", () => {
    const one = branch(base());
    assert.throws(() => {
      one.set("acc", key("a"), new Uint8Array(0));
    }, BugError);
    for (const length of [0, 131_072]) {
      const name = "k".repeat(length) as StoreKey;
      assert.throws(() => {
        one.set("acc", name, value);
      }, BugError);
      assert.throws(() => {
        one.delete("acc", name);
      }, BugError);
    }
    assert.equal(one.isEmpty(), true);
  });
});

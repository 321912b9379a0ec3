import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareAscii, toHex, utf8Encode } from "../../../../core/bytes.ts";
import { branch } from "../../../../core/store/branch.ts";
import { netChanges } from "../../../../core/store/changes.ts";
import { StoreError } from "../../../../core/store/errors.ts";
import type { ChangeSet, StoreKey } from "../../../../core/store/kv.ts";
import { Multistore } from "../../../../core/store/multistore.ts";
import { key } from "../../../support/storeChain.ts";

const stores = ["bank", "acc", "tasks"];

function one(store: string, name: string, value: string | undefined): ChangeSet {
  const bytes = value === undefined ? undefined : utf8Encode(value);
  return [{ store, changes: [{ key: key(name), value: bytes }] }];
}

function commit(store: Multistore, height: bigint, changes: ChangeSet): string {
  const appHash = toHex(store.stage(height, changes));
  store.commit();
  assert.equal(toHex(store.appHash), appHash);
  return appHash;
}

describe("store: multistore", () => {
  it("the last commit stays readable while a height is staged, and after it is discarded", () => {
    const store = new Multistore({ stores });
    const first = commit(store, 1n, one("acc", "a", "1"));
    const view = store.view();
    const staged = toHex(store.stage(2n, one("acc", "a", "2")));
    assert.notEqual(staged, first);
    assert.deepEqual(view.get("acc", key("a")), utf8Encode("1"));
    assert.deepEqual(
      [...view.range("acc", "" as StoreKey, undefined)],
      [[key("a"), utf8Encode("1")]],
    );
    assert.equal(store.staged?.height, 2n);
    store.discard();
    assert.equal(store.staged, undefined);
    assert.throws(() => {
      store.commit();
    }, StoreError);
    assert.equal(toHex(store.appHash), first);
  });

  it("D13: the same height staged again replaces what was staged before", () => {
    const twice = new Multistore({ stores });
    const once = new Multistore({ stores });
    for (const store of [twice, once]) commit(store, 1n, one("acc", "a", "1"));
    twice.stage(2n, one("bank", "other", "x"));
    twice.stage(2n, one("acc", "b", "y"));
    assert.equal(commit(twice, 2n, one("acc", "a", "2")), commit(once, 2n, one("acc", "a", "2")));
    assert.equal(twice.view().get("bank", key("other")), undefined);
  });

  it("heights start anywhere from 1 and go up by one", () => {
    const store = new Multistore({ stores });
    assert.throws(() => store.stage(0n, []), StoreError);
    commit(store, 40n, one("acc", "a", "1"));
    assert.deepEqual([store.version, store.oldestVersion], [40n, 40n]);
    assert.throws(() => store.stage(42n, []), StoreError);
    assert.throws(() => store.stage(40n, []), StoreError);
    commit(store, 41n, []);
  });

  it("the live view follows commits, a pinned view stays with its version", () => {
    const store = new Multistore({ stores, keepVersions: 3 });
    commit(store, 1n, one("acc", "a", "1"));
    const live = store.view();
    const pinned = store.view(1n);
    assert.ok(pinned);
    commit(store, 2n, one("acc", "a", "2"));
    assert.deepEqual(live.get("acc", key("a")), utf8Encode("2"));
    assert.deepEqual(pinned.get("acc", key("a")), utf8Encode("1"));
    assert.deepEqual(
      [...pinned.range("acc", "" as StoreKey, undefined)],
      [[key("a"), utf8Encode("1")]],
    );
    commit(store, 3n, []);
    commit(store, 4n, []);
    assert.equal(store.view(1n), undefined);
    assert.equal(store.view(5n), undefined);
    assert.throws(() => pinned.get("acc", key("a")), StoreError);
    assert.deepEqual(live.get("acc", key("a")), utf8Encode("2"));
  });

  it("keeps as many versions as it is told, with their app hashes and roots, and a pinned one longer", () => {
    const store = new Multistore({ stores, keepVersions: 5 });
    const hashes = new Map<bigint, string>();
    for (let height = 1n; height <= 4n; height++) {
      hashes.set(height, commit(store, height, one("tasks", `k${height}`, "v")));
    }
    const unpin = store.pin(2n);
    for (let height = 5n; height <= 20n; height++) {
      const changes = height % 3n === 0n ? [] : one("tasks", `k${height % 4n}`, `v${height}`);
      hashes.set(height, commit(store, height, changes));
    }
    assert.equal(store.oldestVersion, 2n);
    const hashAt = (height: bigint): string => toHex(store.appHashAt(height) ?? new Uint8Array(0));
    for (let height = 2n; height <= 20n; height++) assert.equal(hashAt(height), hashes.get(height));
    unpin();
    unpin();
    hashes.set(21n, commit(store, 21n, []));
    assert.equal(store.oldestVersion, 17n);
    for (let height = 17n; height <= 21n; height++)
      assert.equal(hashAt(height), hashes.get(height));
    assert.equal(store.appHashAt(16n), undefined);
    assert.equal(store.storeRoots(16n), undefined);
    assert.deepEqual(
      store.storeRoots(18n)?.map(([name]) => name),
      ["acc", "bank", "tasks"],
    );
    assert.throws(() => store.pin(16n), StoreError);
  });

  it("refuses unknown stores, doubled names and change sets that are not in order", () => {
    const store = new Multistore({ stores });
    const value = utf8Encode("v");
    const wrong = (...names: string[]): ChangeSet => [
      { store: "acc", changes: names.map((name) => ({ key: key(name), value })) },
    ];
    assert.throws(() => store.stage(1n, one("nowhere", "a", "1")), StoreError);
    assert.throws(() => store.view().get("nowhere", key("a")), StoreError);
    assert.throws(() => store.stage(1n, wrong("b", "a")), StoreError);
    assert.throws(() => store.stage(1n, wrong("a", "a")), StoreError);
    assert.throws(() => new Multistore({ stores: ["acc", "acc"] }), StoreError);
  });

  it("tells which keys changed since a commit, and when it does not know", () => {
    const store = new Multistore({ stores, keepVersions: 3 });
    const changed = (since: bigint, view = store.view()): string[] | undefined => {
      const { history } = view;
      if (history === undefined) throw new Error("history: expected one, got none");
      const range = [key("b"), key("e")] as const;
      const keys = history.committedSince(since, "acc", ...range);
      return keys && [...keys, ...history.written("acc", ...range)].sort(compareAscii);
    };
    const names = (...list: string[]): string[] => list.map((name) => key(name));
    const early = store.view();
    for (const [i, name] of ["a", "b", "c", "d", "e"].entries())
      commit(store, BigInt(i + 1), one("acc", name, "1"));
    assert.deepEqual(changed(3n), names("d"));
    assert.deepEqual(changed(5n), []);
    assert.deepEqual(changed(3n, early), names("d"));
    const [old] = [store.view(4n)];
    assert.deepEqual(old && changed(3n, old), names("d"));
    assert.equal(old && changed(5n, old), undefined);
    assert.equal(changed(2n), undefined);
    assert.equal(changed(6n), undefined);

    commit(store, 6n, one("bank", "b", "1"));
    store.stage(7n, one("acc", "b", "2"));
    assert.deepEqual(changed(5n), []);
    store.discard();
    commit(store, 7n, one("acc", "b", undefined));
    assert.deepEqual(changed(5n), names("b"));
    const block = branch(store.view());
    block.set("acc", key("c"), utf8Encode("1"));
    block.set("acc", key("e"), utf8Encode("1"));
    const above = branch(block);
    above.delete("acc", key("d"));
    assert.deepEqual(changed(6n, above), names("b", "c", "d"));
    assert.deepEqual(changed(7n, block), names("c"));
    block.discard();
    assert.deepEqual(changed(7n, block), []);
  });

  it("knows nothing of what was before a restored version, and shares no origin", () => {
    const store = new Multistore({ stores });
    for (const height of [1n, 2n, 3n]) commit(store, height, one("acc", "a", `${height}`));
    const fresh = new Multistore({ stores });
    const since = (of: Multistore, version: bigint): readonly string[] | undefined =>
      of.view().history?.committedSince(version, "acc", key("a"), undefined);
    assert.deepEqual(since(fresh, 0n), []);
    fresh.restore(3n, (name) => store.exportStore(name, 3n));
    assert.equal(since(fresh, 0n), undefined);
    assert.equal(since(fresh, 2n), undefined);
    assert.deepEqual(since(fresh, 3n), []);
    commit(fresh, 4n, one("acc", "b", "1"));
    assert.deepEqual(since(fresh, 3n), [key("b")]);
    assert.deepEqual(since(store, 0n), [key("a"), key("a"), key("a")]);
    assert.notEqual(fresh.view().history?.origin, store.view().history?.origin);
    assert.equal(branch(store.view()).history?.origin, store.view().history?.origin);
  });

  it("an idle block keeps the app hash; writes that change nothing make a block idle", () => {
    const store = new Multistore({ stores });
    const before = commit(store, 1n, one("acc", "a", "1"));
    const block = branch(store.view());
    block.set("acc", key("a"), utf8Encode("1"));
    block.set("bank", key("new"), utf8Encode("x"));
    block.delete("bank", key("new"));
    block.delete("tasks", key("never there"));
    const changes = netChanges(store.view(), block.dirty());
    assert.deepEqual(changes, []);
    assert.equal(commit(store, 2n, changes), before);
    assert.equal(store.version, 2n);
    assert.ok(store.prove("acc", key("a"), 2n)?.proofOps);
  });
});

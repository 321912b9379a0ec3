import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toHex } from "../../core/bytes.ts";
import { branch } from "../../core/store/branch.ts";
import type { Branch } from "../../core/store/branch.ts";
import { netChanges } from "../../core/store/changes.ts";
import type { ReadStore, StoreKey } from "../../core/store/kv.ts";
import { Multistore } from "../../core/store/multistore.ts";

const stores = ["acc", "bank"];
const noKey = "" as StoreKey;
const anyStore = fc.constantFrom(...stores);
const anyKey = fc
  .array(fc.constantFrom("\u0000", "a", "b", "\u00ff"), { minLength: 1, maxLength: 4 })
  .map((units) => units.join("") as StoreKey);
const anyValue = fc.uint8Array({ minLength: 1, maxLength: 3 });

type Op =
  | {
      readonly kind: "set";
      readonly store: string;
      readonly key: StoreKey;
      readonly value: Uint8Array;
    }
  | { readonly kind: "delete"; readonly store: string; readonly key: StoreKey }
  | { readonly kind: "branch" | "merge" | "discard" | "commit" }
  | {
      readonly kind: "range";
      readonly store: string;
      readonly start: StoreKey;
      readonly end: StoreKey | null;
      readonly reverse: boolean;
      /** Written while the range is read. */
      readonly meanwhile: readonly (readonly [StoreKey, Uint8Array | null])[];
    };

const anyRange = fc.record({
  kind: fc.constant("range" as const),
  store: anyStore,
  start: fc.oneof(anyKey, fc.constant(noKey)),
  end: fc.option(anyKey),
  reverse: fc.boolean(),
  meanwhile: fc.array(fc.tuple(anyKey, fc.option(anyValue)), { maxLength: 4 }),
});

const anyOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      store: anyStore,
      key: anyKey,
      value: anyValue,
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant("delete" as const), store: anyStore, key: anyKey }),
  },
  { weight: 15, arbitrary: anyRange },
  {
    weight: 15,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "branch" as const,
        "merge" as const,
        "discard" as const,
        "commit" as const,
      ),
    }),
  },
);

type Content = Map<string, Uint8Array>;

function nameOf(store: string, key: StoreKey): string {
  return `${store}/${key}`;
}

function entries(content: Content, store: string): [StoreKey, Uint8Array][] {
  return [...content]
    .filter(([name]) => name.startsWith(`${store}/`))
    .map(([name, value]): [StoreKey, Uint8Array] => [
      name.slice(store.length + 1) as StoreKey,
      value,
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Branches on a multistore beside Maps: one copy of everything per level. */
class Pair {
  readonly store = new Multistore({ stores, keepVersions: 3 });
  branches: Branch[] = [branch(this.store.view())];
  levels: Content[] = [new Map()];
  committed: Content = new Map();

  get top(): Branch {
    const top = this.branches.at(-1);
    assert.ok(top);
    return top;
  }

  get content(): Content {
    const content = this.levels.at(-1);
    assert.ok(content);
    return content;
  }

  apply(op: Op): void {
    switch (op.kind) {
      case "set":
        this.top.set(op.store, op.key, op.value);
        this.content.set(nameOf(op.store, op.key), op.value);
        return;
      case "delete":
        this.top.delete(op.store, op.key);
        this.content.delete(nameOf(op.store, op.key));
        return;
      case "branch":
        this.branches.push(branch(this.top));
        this.levels.push(new Map(this.content));
        return;
      case "merge":
        this.#merge();
        return;
      case "discard":
        this.top.discard();
        this.levels[this.levels.length - 1] = new Map(this.levels.at(-2) ?? this.committed);
        return;
      case "commit":
        this.#commit();
        return;
      case "range":
        this.#range(op);
        return;
    }
  }

  #merge(): void {
    const below = this.branches.at(-2);
    if (below === undefined) return;
    this.top.mergeInto(below);
    assert.equal(this.top.isEmpty(), true);
    this.branches.pop();
    this.levels.splice(-2, 1);
  }

  #commit(): void {
    while (this.branches.length > 1) this.#merge();
    const changes = netChanges(this.store.view(), this.top.dirty());
    const before = this.committed;
    for (const { store, changes: writes } of changes) {
      for (const { key, value } of writes) {
        const old = before.get(nameOf(store, key));
        const same = old !== undefined && value !== undefined && toHex(old) === toHex(value);
        assert.ok(old !== value && !same, "a write that changes nothing");
      }
    }
    const root = toHex(this.store.appHash);
    this.store.stage(this.store.version + 1n, changes);
    this.store.commit();
    if (changes.length === 0) assert.equal(toHex(this.store.appHash), root);
    this.top.discard();
    this.committed = new Map(this.content);
  }

  #range(op: Op & { readonly kind: "range" }): void {
    const { store, start, end, reverse } = op;
    const expected = entries(this.content, store).filter(
      ([key]) => key >= start && (end === null || key < end),
    );
    if (reverse) expected.reverse();
    const read: (readonly [StoreKey, Uint8Array])[] = [];
    const late = [...op.meanwhile];
    for (const entry of this.top.range(store, start, end ?? undefined, reverse)) {
      read.push(entry);
      const write = late.pop();
      if (write === undefined) continue;
      const [key, value] = write;
      if (value === null) this.apply({ kind: "delete", store, key });
      else this.apply({ kind: "set", store, key, value });
    }
    assert.deepEqual(read, expected);
  }

  check(view: ReadStore, content: Content): void {
    for (const store of stores) {
      const expected = entries(content, store);
      assert.deepEqual([...view.range(store, noKey, undefined)], expected);
      assert.deepEqual([...view.range(store, noKey, undefined, true)], expected.reverse());
      for (const key of ["a", "ab", "\u0000", "b\u00ff"] as StoreKey[]) {
        assert.deepEqual(view.get(store, key), content.get(nameOf(store, key)));
        assert.equal(view.has(store, key), content.has(nameOf(store, key)));
      }
    }
  }
}

describe("store: branches against Maps", () => {
  it("nested branches merge, vanish and read as Maps do, also while they are written during a range", () => {
    fc.assert(
      fc.property(fc.array(anyOp, { minLength: 1, maxLength: 400, size: "max" }), (ops) => {
        const pair = new Pair();
        for (const op of ops) pair.apply(op);
        pair.branches.forEach((one, i) => {
          pair.check(one, pair.levels[i] ?? new Map());
        });
        pair.check(pair.store.view(), pair.committed);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it("many dirty keys keep their order beside the parent's", () => {
    const pair = new Pair();
    for (let i = 0; i < 5000; i++) {
      const key = String((i * 7919) % 3001).padStart(5, "0") as StoreKey;
      if (i % 5 === 4) pair.apply({ kind: "delete", store: "acc", key });
      else pair.apply({ kind: "set", store: "acc", key, value: Uint8Array.of(1 + (i % 255)) });
      if (i % 331 === 0) pair.apply({ kind: "branch" });
      if (i % 500 === 0) pair.check(pair.top, pair.content);
      if (i % 1201 === 1200) pair.apply({ kind: "commit" });
    }
    pair.check(pair.top, pair.content);
  });
});

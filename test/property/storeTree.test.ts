import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nativeSha256 } from "../../app/crypto/hash.ts";
import { SimdBatch } from "../../app/crypto/simdBatch.ts";
import { toHex } from "../../core/bytes.ts";
import { none } from "../../core/store/arena.ts";
import { nobleHasher, PlainBatch } from "../../core/store/batch.ts";
import type { BatchHasher } from "../../core/store/batch.ts";
import { StoreError } from "../../core/store/errors.ts";
import type { StoreKey } from "../../core/store/kv.ts";
import { Tree } from "../../core/store/tree.ts";
import { NaiveIavl } from "../support/naiveIavl.ts";

const noKey = "" as StoreKey;

// Few different bytes, so that keys meet often and one is the prefix of another; 0 and 255 at the edges.
const anyKey = fc
  .array(fc.constantFrom("\u0000", "a", "b", "\u007f", "\u0080", "\u00ff"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((units) => units.join("") as StoreKey);
const anyValue = fc.uint8Array({ minLength: 1, maxLength: 40 });

type Op =
  | { readonly kind: "set"; readonly key: StoreKey; readonly value: Uint8Array }
  | { readonly kind: "remove"; readonly key: StoreKey }
  | { readonly kind: "removeNth"; readonly nth: number }
  | { readonly kind: "save"; readonly skip: number }
  | { readonly kind: "hash" }
  | { readonly kind: "discard" }
  | { readonly kind: "prune"; readonly keep: number };

const anyOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 50,
    arbitrary: fc.record({ kind: fc.constant("set" as const), key: anyKey, value: anyValue }),
  },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("remove" as const), key: anyKey }) },
  {
    weight: 25,
    arbitrary: fc.record({ kind: fc.constant("removeNth" as const), nth: fc.nat(1000) }),
  },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("save" as const), skip: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("hash" as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("discard" as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("prune" as const), keep: fc.nat(6) }) },
);

type Content = ReadonlyMap<StoreKey, Uint8Array>;

function sorted(content: Content): [StoreKey, string][] {
  return [...content]
    .map(([key, value]): [StoreKey, string] => [key, toHex(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Nodes below the roots of the kept versions; fails on one that was freed. */
function reachable(tree: Tree): Set<number> {
  const seen = new Set<number>();
  for (let version = tree.oldest; version <= tree.latest; version++) {
    const stack = [tree.rootNode(version)];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node === none || seen.has(node)) continue;
      assert.equal(
        tree.nodes.isFree(node),
        false,
        `node ${node} is in version ${version} but free`,
      );
      seen.add(node);
      stack.push(tree.nodes.left[node] ?? none, tree.nodes.right[node] ?? none);
    }
  }
  return seen;
}

const simd = new SimdBatch();
const hashers: readonly (readonly [name: string, hasher: BatchHasher])[] = [
  ["noble", new PlainBatch(nobleHasher)],
  ["OpenSSL", new PlainBatch(nativeSha256)],
  ["SIMD", simd],
];

/** Three trees side by side: ours, the naive one and a Map; checked at each save and prune. */
class Trio {
  readonly tree: Tree;
  readonly naive = new NaiveIavl();
  content = new Map<StoreKey, Uint8Array>();
  readonly roots = new Map<bigint, string>();
  readonly contents = new Map<bigint, Content>();

  constructor(hasher?: BatchHasher) {
    this.tree = new Tree(hasher);
  }

  apply(op: Op): void {
    switch (op.kind) {
      case "set":
        assert.equal(this.tree.set(op.key, op.value), this.content.has(op.key));
        this.naive.set(op.key, op.value);
        this.content.set(op.key, op.value);
        return;
      case "remove":
        this.#remove(op.key);
        return;
      case "removeNth": {
        const keys = [...this.content.keys()];
        const key = keys[op.nth % Math.max(1, keys.length)];
        if (key !== undefined) this.#remove(key);
        return;
      }
      case "save":
        this.#save(this.tree.latest + 1n + BigInt(op.skip));
        return;
      case "hash":
        // As FinalizeBlock does before a Commit that never comes.
        this.tree.workingRoot(this.tree.latest + 5n);
        return;
      case "discard":
        this.tree.discard();
        this.naive.discard();
        this.content = new Map(this.contents.get(this.tree.latest) ?? []);
        return;
      case "prune":
        this.#prune(this.tree.latest - BigInt(op.keep));
        return;
    }
  }

  #remove(key: StoreKey): void {
    const had = this.content.delete(key);
    assert.equal(this.tree.remove(key), had);
    assert.equal(this.naive.remove(key), had);
  }

  #save(version: bigint): void {
    const root = toHex(this.tree.saveVersion(version));
    assert.equal(root, toHex(this.naive.save(Number(version))));
    for (let v = this.#lastSaved() + 1n; v < version; v++) {
      // A height that was skipped reads as the version before it.
      const before = this.roots.get(v - 1n);
      if (before === undefined) continue;
      this.roots.set(v, before);
      this.contents.set(v, this.contents.get(v - 1n) ?? new Map());
    }
    this.roots.set(version, root);
    this.contents.set(version, new Map(this.content));
    assert.equal(this.tree.size, this.content.size);
    assert.equal(reachable(this.tree).size, this.tree.nodes.count);
  }

  #lastSaved(): bigint {
    return [...this.roots.keys()].at(-1) ?? 0n;
  }

  #prune(below: bigint): void {
    this.tree.prune(below);
    for (const version of [...this.roots.keys()]) {
      if (version >= this.tree.oldest) continue;
      this.roots.delete(version);
      this.contents.delete(version);
      assert.throws(() => this.tree.root(version), StoreError);
    }
  }

  check(): void {
    reachable(this.tree);
    for (const [version, content] of this.contents) {
      assert.equal(toHex(this.tree.root(version)), this.roots.get(version));
      const entries = sorted(content);
      const read = (reverse: boolean): [StoreKey, string][] =>
        [...this.tree.range(noKey, undefined, reverse, version)].map(([k, v]) => [k, toHex(v)]);
      assert.deepEqual(read(false), entries);
      assert.deepEqual(read(true), entries.reverse());
      for (const [key, value] of content) assert.deepEqual(this.tree.get(key, version), value);
    }
  }
}

describe("store: the tree against a naive one and a Map", () => {
  for (const [name, hasher] of hashers) {
    it(`gives equal roots and contents for every kept version, frees what nobody can reach, no more: ${name}`, () => {
      fc.assert(
        fc.property(fc.array(anyOp, { minLength: 1, maxLength: 300, size: "max" }), (ops) => {
          const trio = new Trio(hasher);
          for (const op of ops) trio.apply(op);
          trio.check();
        }),
        { numRuns: name === "OpenSSL" ? 100 : 300, endOnFailure: true },
      );
    });
  }

  it("a tree restored from an exported version goes on with the same roots", () => {
    const writes = fc.array(anyOp, { minLength: 20, maxLength: 200, size: "max" });
    fc.assert(
      fc.property(writes, writes, (first, then) => {
        const trio = new Trio();
        for (const op of first) trio.apply(op);
        trio.apply({ kind: "save", skip: 0 });
        const { latest } = trio.tree;
        const copy = new Tree(simd);
        const root = copy.restore(latest, trio.tree.export(latest));
        assert.equal(toHex(root), trio.roots.get(latest));
        for (const op of then) {
          if (op.kind === "set")
            assert.equal(copy.set(op.key, op.value), trio.tree.set(op.key, op.value));
          if (op.kind === "remove") assert.equal(copy.remove(op.key), trio.tree.remove(op.key));
        }
        const next = latest + 1n;
        assert.equal(toHex(copy.saveVersion(next)), toHex(trio.tree.saveVersion(next)));
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it("a range holds the keys from start to before end, both ways", () => {
    fc.assert(
      fc.property(
        fc.array(anyKey, { maxLength: 60 }),
        anyKey,
        fc.option(anyKey),
        (keys, start, end) => {
          const tree = new Tree();
          for (const key of keys) tree.set(key, Uint8Array.of(1));
          tree.saveVersion(1n);
          const inside = [...new Set(keys)]
            .filter((key) => key >= start && (end === null || key < end))
            .sort((a, b) => (a < b ? -1 : 1));
          const read = (reverse: boolean): StoreKey[] =>
            [...tree.range(start, end ?? undefined, reverse)].map(([key]) => key);
          assert.deepEqual(read(false), inside);
          assert.deepEqual(read(true), inside.reverse());
        },
      ),
      { numRuns: 500, endOnFailure: true },
    );
  });
});

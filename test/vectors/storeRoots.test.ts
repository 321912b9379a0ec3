import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyFromBytes, toHex, utf8Encode } from "../../core/bytes.ts";
import { merkleRoot } from "../../core/store/merkle.ts";
import type { NamedRoot } from "../../core/store/merkle.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { Tree } from "../../core/store/tree.ts";

// A step is the writes of one version, "key=value" or "-key", and the root after it (WIRE.md 17).
type Step = readonly [writes: readonly string[], root: string];

const trees: readonly (readonly Step[])[] = [
  [
    [["a=\u0001"], "2f2fb0d2533b4e30255219344de04e21c3dcba7e244ca1b1a8a60726873675eb"],
    [["b=\u0002"], "ba78fdccffe5ccb3276ded7bac3a9e532a07d2cf8a064b70519a1def4b77cafa"],
    [[], "ba78fdccffe5ccb3276ded7bac3a9e532a07d2cf8a064b70519a1def4b77cafa"],
  ],
  [
    [
      ["a=A", "b=B", "c=C", "d=D", "e=E"],
      "fb1d5ca18956d4b5090b2f360c65f1d77bbd9c464357ae60ec624f4b2840dafd",
    ],
    [["c=C"], "98991faf5d8e237a686cc6b5b77e76f1655162781ab0a6e20303d098e892927d"],
    [["-a", "-b"], "377f5620b923f3f1ea888e9331aec8ce8e8dfa030eba46737e7e903e9cff7a3c"],
    [[], "377f5620b923f3f1ea888e9331aec8ce8e8dfa030eba46737e7e903e9cff7a3c"],
    [["-c", "-d", "-e"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ],
];

// The first four from cosmos/cosmos-sdk store/internal/maps/maps_test.go.
const maps: readonly (readonly [
  names: readonly string[],
  values: readonly string[],
  root: string,
])[] = [
  [["key1"], ["value1"], "a44d3cc7daba1a4600b00a2434b30f8b970652169810d6dfa9fb1793a2189324"],
  [["key1"], ["value2"], "0638e99b3445caec9d95c05e1a3fc1487b4ddec6a952ff337080360b0dcc078c"],
  [
    ["key1", "key2"],
    ["value1", "value2"],
    "8fd19b19e7bb3f2b3ee0574027d8a5a4cec370464ea2db2fbfa5c7d35bb0cff3",
  ],
  [
    ["key1", "key2", "key3"],
    ["value1", "value2", "value3"],
    "1dd674ec6782a0d586a903c9c63326a41cbe56b3bba33ed6ff5b527af6efb3dc",
  ],
  [[], [], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
];

describe("vectors: small roots", () => {
  it("2 trees with 8 versions", () => {
    let versions = 0;
    for (const steps of trees) {
      const tree = new Tree();
      for (const [writes, root] of steps) {
        for (const write of writes) {
          const [name = "", value = ""] = write.split("=");
          if (name.startsWith("-")) assert.ok(tree.remove(keyFromBytes(utf8Encode(name.slice(1)))));
          else tree.set(keyFromBytes(utf8Encode(name)), utf8Encode(value));
        }
        assert.equal(toHex(tree.saveVersion(tree.latest + 1n)), root);
        versions++;
      }
    }
    assert.equal(versions, 8);
  });

  it("5 store maps", () => {
    assert.equal(maps.length, 5);
    for (const [names, values, root] of maps) {
      const items = names.map((name, i): NamedRoot => [name, utf8Encode(values[i] ?? "")]);
      assert.equal(toHex(merkleRoot(items)), root);
    }
  });

  it("the app hash of two empty stores", () => {
    const store = new Multistore({ stores: ["bank", "acc"] });
    const root = "9f88b6bc47de843ab8e812da4a0c91593bc1ff046cd68500e5a1dbe31408a173";
    assert.equal(toHex(store.appHash), root);
    assert.equal(toHex(store.stage(7n, [])), root);
    store.commit();
    assert.equal(toHex(store.appHash), root);
    assert.equal(store.version, 7n);
  });
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { keyFromBytes, toHex } from "../../core/bytes.ts";
import { Tree } from "../../core/store/tree.ts";

const file = readFileSync(new URL("data/iavl-ops.bin", import.meta.url));

// Roots of TestTreeHash in cosmos/iavl v1.3.5 tree_test.go; the other columns from a naive tree.
const saves = [
  {
    added: 1969,
    updated: 1291,
    removed: 836,
    leaves: 1133,
    height: 12,
    root: "58ec30fa27f338057e5964ed9ec3367e59b2b54bec4c194f10fde7fed16c2a1c",
  },
  {
    added: 2020,
    updated: 1254,
    removed: 822,
    leaves: 2331,
    height: 14,
    root: "91ad3ace227372f0064b2d63e8493ce8f4bdcbd16c7a8e4f4d54029c9db9570c",
  },
  {
    added: 1963,
    updated: 1314,
    removed: 819,
    leaves: 3475,
    height: 14,
    root: "92c25dce822c5968c228cfe7e686129ea281f79273d4a8fcf6f9130a47aa5421",
  },
  {
    added: 1980,
    updated: 1326,
    removed: 790,
    leaves: 4665,
    height: 15,
    root: "e44d170925554f42e00263155c19574837a38e3efed8910daccc7fa12f560fa0",
  },
];

describe("vectors: the operations of TestTreeHash of cosmos/iavl", () => {
  it("the file is the one that the roots belong to", () => {
    assert.equal(file.length, 488_404);
    const digest = createHash("sha256").update(file).digest("hex");
    assert.equal(digest, "ca1ccb3bb43105d39168dc1e883b747aa20a65f3fb6f92eea972b305bdb391ee");
  });

  it("gives the four IAVL roots and the operation counts", () => {
    const tree = new Tree();
    const seen = [];
    let counts = { added: 0, updated: 0, removed: 0 };
    let at = 0;
    const take = (length: number): Uint8Array => file.subarray(at, (at += length));
    while (at < file.length) {
      const kind = String.fromCharCode(file[at++] ?? 0);
      if (kind === "S") {
        const key = keyFromBytes(take(16));
        if (tree.set(key, take(16))) counts.updated++;
        else counts.added++;
      } else if (kind === "R") {
        assert.equal(tree.remove(keyFromBytes(take(16))), true);
        counts.removed++;
      } else {
        assert.equal(kind, "V");
        const root = toHex(tree.saveVersion(tree.latest + 1n));
        seen.push({ ...counts, leaves: tree.size, height: tree.height, root });
        counts = { added: 0, updated: 0, removed: 0 };
      }
    }
    assert.deepEqual(seen, saves);
    // The older versions share nodes with the last one and still stand.
    assert.deepEqual(
      [1n, 2n, 3n, 4n].map((version) => toHex(tree.root(version))),
      saves.map(({ root }) => root),
    );
  });
});

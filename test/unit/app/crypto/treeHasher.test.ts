import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { nativeSha256 } from "../../../../app/crypto/hash.ts";
import { SimdBatch } from "../../../../app/crypto/simdBatch.ts";
import { checked, hashesRightly, treeHasherName } from "../../../../app/crypto/treeHasher.ts";
import { toHex, utf8Encode } from "../../../../core/bytes.ts";
import {
  batchSize,
  longestInBatch,
  nobleHasher,
  PlainBatch,
  type BatchHasher,
} from "../../../../core/store/batch.ts";
import { StoreError } from "../../../../core/store/errors.ts";
import { seededRandom } from "../../../support/seededRandom.ts";
import { withoutWebAssembly } from "../../../support/withoutWebAssembly.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const below = seededRandom(seed);
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));

const oracle = (input: Uint8Array): string => createHash("sha256").update(input).digest("hex");

/** The digests of a batch, and that they are the oracle's. */
function check(batch: BatchHasher, inputs: readonly Uint8Array[]): void {
  for (const input of inputs) batch.inputs.set(input, batch.place(input.length));
  batch.run();
  const digests = inputs.map((_, i) => toHex(batch.digests.subarray(i * 32, i * 32 + 32)));
  assert.deepEqual(digests, inputs.map(oracle), `replay with TEST_SEED=${seed}`);
}

const all: readonly (readonly [name: string, make: () => BatchHasher])[] = [
  ["SIMD", () => new SimdBatch()],
  ["noble one by one", () => new PlainBatch(nobleHasher)],
  ["OpenSSL one by one", () => new PlainBatch(nativeSha256)],
];
for (const [name, make] of all) {
  describe(`crypto: the tree's hasher, ${name}`, () => {
    const batch = make();

    it("gives the digests of FIPS 180-4", () => {
      const texts = [
        "",
        "abc",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      ];
      for (const text of texts) batch.inputs.set(utf8Encode(text), batch.place(text.length));
      batch.run();
      assert.deepEqual(
        texts.map((_, i) => toHex(batch.digests.subarray(i * 32, i * 32 + 32))),
        [
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
          "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        ],
      );
    });

    it("is OpenSSL's for every length, alone and beside others", () => {
      for (let length = 0; length <= longestInBatch; length++) check(batch, [bytes(length)]);
      for (let length = 0; length <= 300; length += 100) {
        check(
          batch,
          Array.from({ length: 100 }, (_, i) => bytes(length + i)),
        );
      }
    });

    it("is OpenSSL's for random batches of every size", () => {
      for (let size = 0; size <= batchSize; size++) {
        // Mostly a node's length, some a value's.
        const lengths = Array.from({ length: size }, () =>
          below(4) > 0 ? 60 + below(20) : below(longestInBatch + 1),
        );
        check(
          batch,
          lengths.map((length) => bytes(length)),
        );
      }
      check(
        batch,
        Array.from({ length: batchSize }, () => new Uint8Array(longestInBatch).fill(255)),
      );
    });

    it("takes no more and no longer inputs than it has room for, and goes on after that", () => {
      assert.throws(() => batch.place(longestInBatch + 1), StoreError);
      for (let i = 0; i < batchSize; i++) batch.place(1);
      assert.throws(() => batch.place(1), StoreError);
      batch.run();
      check(batch, [Uint8Array.of(1, 2, 3)]);
    });
  });
}

describe("crypto: which hasher the tree gets", () => {
  it("the SIMD one here, after a look at its digests", () => {
    assert.equal(treeHasherName(), "wasm-simd");
    assert.equal(hashesRightly(new SimdBatch()), true);
  });

  it("not one that cannot be made or that hashes wrongly", () => {
    assert.equal(
      checked(() => {
        throw new Error("no SIMD");
      }),
      undefined,
    );
    const wrong = new PlainBatch((input) =>
      input.length === 119 ? new Uint8Array(32) : nobleHasher(input),
    );
    assert.equal(hashesRightly(wrong), false);
    assert.equal(
      checked(() => wrong),
      undefined,
    );
  });

  it("OpenSSL's where there is no WebAssembly", () => {
    const file = join(import.meta.dirname, "../../../../app/crypto/treeHasher");
    const url = pathToFileURL(`${file}${import.meta.filename.endsWith(".ts") ? ".ts" : ".js"}`);
    const script = `const { treeHasherName } = await import(${JSON.stringify(url)});
      console.log(typeof WebAssembly, treeHasherName());`;
    const args = [...process.execArgv, "--input-type=module", "--eval", script];
    const env = { ...process.env, NODE_OPTIONS: withoutWebAssembly };
    const said = execFileSync(process.execPath, args, { encoding: "utf8", env });
    assert.equal(said.trim(), "undefined native");
  });
});

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, it } from "node:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { hmac } from "@noble/hashes/hmac.js";
import * as noble from "@noble/secp256k1";
import { nativeSha256 } from "../../../../app/crypto/hash.ts";
import { VerdictMemo } from "../../../../app/crypto/verdictMemo.ts";

noble.hashes.sha256 = sha256;
noble.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

const secret = sha256(Uint8Array.of(1));
const key = noble.getPublicKey(secret, true);
const signed = Array.from({ length: 20 }, (_, i) => {
  const digest = sha256(Uint8Array.of(2, i));
  return { digest, signature: noble.sign(digest, secret, { prehash: false }) };
});

describe("crypto: verdict memo", () => {
  it("remembers good signatures only and stays within its limit", () => {
    const memo = new VerdictMemo(8);
    for (const { digest, signature } of signed) {
      assert.equal(memo.verify(key, digest, signature), true);
      assert.equal(memo.verify(key, digest, signature), true);
      assert.ok(memo.size <= 8, `size: got ${memo.size}`);
      const wrong = Uint8Array.from(signature);
      wrong[40] = (wrong[40] ?? 0) ^ 1;
      const before = memo.size;
      assert.equal(memo.verify(key, digest, wrong), false);
      assert.equal(memo.size, before);
    }
  });

  it("answers the same with every verdict forgotten in between", () => {
    const small = new VerdictMemo(2);
    const large = new VerdictMemo(1000);
    for (const round of [0, 1, 2]) {
      for (const [i, { digest }] of signed.entries()) {
        const signature = signed[(i + round) % signed.length]?.signature ?? new Uint8Array();
        assert.equal(small.verify(key, digest, signature), round === 0);
        assert.equal(large.verify(key, digest, signature), round === 0);
      }
    }
  });

  it("does not take the bytes of one part for those of another", () => {
    const memo = new VerdictMemo();
    const [first] = signed;
    assert.ok(first);
    const { digest, signature } = first;
    assert.equal(memo.verify(key, digest, signature), true);
    const longKey = Buffer.concat([key, digest.subarray(0, 1)]);
    assert.equal(memo.verify(longKey, digest.subarray(1), signature), false);
    const longDigest = Buffer.concat([digest, signature.subarray(0, 1)]);
    assert.equal(memo.verify(key, longDigest, signature.subarray(1)), false);
  });

  it("refuses a limit that keeps nothing", () => {
    assert.throws(() => new VerdictMemo(1), { message: "limit: expected at least 2, got 1" });
  });
});

describe("crypto: native sha256", () => {
  it("gives noble's digest as a plain array of its own", () => {
    for (const size of [0, 1, 55, 56, 64, 1000]) {
      const bytes = new Uint8Array(size).fill(size);
      const digest = nativeSha256(bytes);
      assert.deepEqual(digest, sha256(bytes));
      assert.equal(Object.getPrototypeOf(digest), Uint8Array.prototype);
    }
    const first = nativeSha256(Uint8Array.of(1));
    nativeSha256(Uint8Array.of(2));
    assert.equal(Buffer.from(first).toString("hex"), hash("sha256", Uint8Array.of(1)));
  });
});

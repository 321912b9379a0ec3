import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { hmac } from "@noble/hashes/hmac.js";
import * as noble from "@noble/secp256k1";
import {
  assertNative,
  loadOnce,
  refuseBlst,
  refuseSecp256k1,
} from "../../../../app/crypto/native.ts";
import {
  validSecp256k1Key,
  verifyKnownSecp256k1,
  verifySecp256k1,
} from "../../../../app/crypto/secp256k1.ts";

noble.hashes.sha256 = sha256;
noble.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const bytes32 = (value: bigint) => hex(value.toString(16).padStart(64, "0"));
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

// The DIRECT vector of CosmJS (proto-signing testutils, Apache-2.0).
const key = hex("034f04181eeba35391b858633a765c4a0c189697b40d216354d50890d350c70290");
const digest = hex("5d5967f13a4ff2045594ece00ad7bef5c61b149a559b15fd948af00fb93b31d3");
const signature = hex(
  "c9dd20e07464d3a688ff4b710b1fbc027e495e797cfa0b4804da2ed117959227" +
    "772de059808f765aa29b8f92edf30f4c2c5a438e30d3fe6897daa7141e3ce6f9",
);
const r = signature.subarray(0, 32);
const s = signature.subarray(32);
const n = noble.Point.CURVE().n;

describe("crypto: secp256k1", () => {
  it("takes the signature of a CosmJS wallet", () => {
    assert.equal(verifySecp256k1(key, digest, signature), true);
    for (let i = 0; i < 2; i++) assert.equal(verifyKnownSecp256k1(key, digest, signature), true);
  });

  const bad: [string, Uint8Array, Uint8Array, Uint8Array][] = [
    ["r = 0", key, digest, join(bytes32(0n), s)],
    ["r = n", key, digest, join(bytes32(n), s)],
    ["r = n - 1", key, digest, join(bytes32(n - 1n), s)],
    ["r = 2^256 - 1", key, digest, join(bytes32(2n ** 256n - 1n), s)],
    ["s = 0", key, digest, join(r, bytes32(0n))],
    ["s = n", key, digest, join(r, bytes32(n))],
    ["s = n - 1", key, digest, join(r, bytes32(n - 1n))],
    ["s = n / 2", key, digest, join(r, bytes32(n / 2n))],
    ["s = n / 2 + 1", key, digest, join(r, bytes32(n / 2n + 1n))],
    ["the same signature with high S", key, digest, join(r, bytes32(n - number(s)))],
    ["63 bytes", key, digest, signature.subarray(0, 63)],
    ["65 bytes", key, digest, join(signature, Uint8Array.of(0))],
    ["no signature", key, digest, new Uint8Array()],
    ["a digest of 31 bytes", key, digest.subarray(1), signature],
    ["another digest", key, join(digest.subarray(1), Uint8Array.of(0)), signature],
    ["the key's other parity", join(Uint8Array.of(2), key.subarray(1)), digest, signature],
    ["a key off the curve", join(Uint8Array.of(2), bytes32(5n)), digest, signature],
    ["a key beyond the field", join(Uint8Array.of(2), bytes32(2n ** 256n - 1n)), digest, signature],
    ["a key of 32 bytes", key.subarray(1), digest, signature],
    ["no key", new Uint8Array(), digest, signature],
  ];
  for (const [name, publicKey, message, sig] of bad) {
    it(`D9: is false, never an exception, for ${name}`, () => {
      assert.equal(verifySecp256k1(publicKey, message, sig), false);
      // The second time the key's point is known.
      for (let i = 0; i < 2; i++)
        assert.equal(verifyKnownSecp256k1(publicKey, message, sig), false);
    });
  }

  it("takes s = n / 2 where it is the right one", () => {
    // Q = r^-1 (s R - z G) makes (r, s) a signature of Q over z, for any s: here the largest low S.
    const R = noble.Point.BASE.multiply(12345n);
    const rx = R.toAffine().x;
    const z = number(digest) % n;
    const half = n / 2n;
    const inverse = noble.etc.invert(rx, n);
    const Q = R.multiply((half * inverse) % n).add(
      noble.Point.BASE.multiply((n - ((z * inverse) % n)) % n),
    );
    const of = (value: bigint) => join(bytes32(rx), bytes32(value));
    assert.equal(verifySecp256k1(Q.toBytes(true), digest, of(half)), true);
    assert.equal(verifySecp256k1(Q.toBytes(true), digest, of(n - half)), false);
  });

  it("D9: refuses the uncompressed and the hybrid form of a good key", () => {
    const full = noble.Point.fromBytes(key).toBytes(false);
    const hybrid = Uint8Array.from(full);
    hybrid[0] = 6 + ((full[64] ?? 0) & 1);
    for (const form of [full, hybrid]) {
      assert.equal(form.length, 65);
      assert.equal(verifySecp256k1(form, digest, signature), false);
      assert.equal(validSecp256k1Key(form), false);
    }
  });

  it("knows keys on the curve from others", () => {
    assert.equal(validSecp256k1Key(key), true);
    assert.equal(validSecp256k1Key(join(Uint8Array.of(2), bytes32(5n))), false);
    assert.equal(validSecp256k1Key(join(Uint8Array.of(4), key.subarray(1))), false);
    assert.equal(validSecp256k1Key(key.subarray(1)), false);
  });
});

describe("crypto: native addons", () => {
  it("D9: S2: are loaded themselves, and elliptic is not", () => {
    assertNative();
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    assert.ok(loaded.some((file) => file.includes("secp256k1") && file.endsWith(".node")));
    assert.ok(loaded.some((file) => file.includes("blst") && file.endsWith(".node")));
    assert.deepEqual(
      loaded.filter((file) => file.includes("elliptic")),
      [],
    );
  });

  it("D9: refuse the start with E1301 or E1302 when missing", () => {
    const missing = () => {
      throw new Error("No native build was found");
    };
    assert.throws(loadOnce(missing, refuseSecp256k1), { name: "StartError", code: "E1301" });
    assert.throws(loadOnce(missing, refuseBlst), { name: "StartError", code: "E1302" });
  });
});

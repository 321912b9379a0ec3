import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import { describe, it } from "node:test";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  beaconSecret,
  blsPublicKey,
  blsSign,
  blsVerify,
  makeProof,
  verifyProof,
} from "../../../../app/crypto/bls.ts";
import { blstBindings } from "../../../../app/crypto/native.ts";

const noble = bls12_381.longSignatures;
const DST = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

const seeds = Array.from({ length: 4 }, (_, i) => sha256(Uint8Array.of(7, i)));
const message = sha256(Uint8Array.of(1, 2, 3));
const secret = beaconSecret(seeds[0] ?? new Uint8Array());
const publicKey = blsPublicKey(secret);
const signature = blsSign(secret, message);

/** KeyGen of draft-irtf-cfrg-bls-signature-05, 2.3, by Node's HKDF. */
function keyGen(seed: Uint8Array, info: string): Uint8Array {
  const salt = sha256(Buffer.from("BLS-SIG-KEYGEN-SALT-"));
  const input = Buffer.concat([seed, Uint8Array.of(0)]);
  const okm = hkdfSync(
    "sha256",
    input,
    salt,
    Buffer.concat([Buffer.from(info), Uint8Array.of(0, 48)]),
    48,
  );
  const value = BigInt(`0x${Buffer.from(okm).toString("hex")}`) % R;
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}

describe("crypto: bls", () => {
  it("D9: derives, signs and verifies as noble does under the same ciphersuite", () => {
    for (const seed of seeds) {
      const key = beaconSecret(seed);
      assert.deepEqual(key, keyGen(seed, "assay/v1/beacon-key"));
      const expected = noble.sign(noble.hash(message, DST), key);
      assert.deepEqual(blsPublicKey(key), noble.getPublicKey(key).toBytes(true));
      assert.deepEqual(blsSign(key, message), expected.toBytes(true));
      assert.equal(blsVerify(blsPublicKey(key), message, expected.toBytes(true)), true);
    }
  });

  it("D9: proofs of possession are signatures that noble verifies", () => {
    const text = Buffer.concat([Buffer.from("ASSAY_BLS_POP_V1"), publicKey]);
    assert.equal(noble.verify(makeProof(secret), noble.hash(text, DST), publicKey), true);
  });

  it("derives the same key from the seed and from CometBFT's 64 bytes", () => {
    const [seed] = seeds;
    assert.ok(seed);
    assert.deepEqual(beaconSecret(Buffer.concat([seed, new Uint8Array(32)])), secret);
    assert.throws(() => beaconSecret(new Uint8Array(31)), {
      message: "consensus key: expected 32 or 64 bytes, got 31",
    });
  });

  it("has one signature per key and message", () => {
    assert.deepEqual(blsSign(secret, message), signature);
    assert.equal(publicKey.length, 48);
    assert.equal(signature.length, 96);
  });

  const flipped = (bytes: Uint8Array, at: number) =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const infinityKey = Uint8Array.from({ length: 48 }, (_, i) => (i === 0 ? 0xc0 : 0));
  const infinitySignature = Uint8Array.from({ length: 96 }, (_, i) => (i === 0 ? 0xc0 : 0));
  const outside = pointOutsideTheSubgroup();
  const bad: [string, Uint8Array, Uint8Array, Uint8Array][] = [
    ["another message", publicKey, sha256(message), signature],
    ["another key", blsPublicKey(beaconSecret(sha256(message))), message, signature],
    ["a flipped bit of the signature", publicKey, message, flipped(signature, 50)],
    ["a flipped bit of the key", flipped(publicKey, 20), message, signature],
    [
      "the signature of the other sign",
      publicKey,
      message,
      signature.map((b, i) => (i === 0 ? b ^ 0x20 : b)),
    ],
    ["key and signature at infinity", infinityKey, message, infinitySignature],
    ["a signature at infinity", publicKey, message, infinitySignature],
    ["a key outside the subgroup", outside, message, signature],
    ["the uncompressed key", noble.getPublicKey(secret).toBytes(false), message, signature],
    [
      "the uncompressed signature",
      publicKey,
      message,
      noble.sign(noble.hash(message, DST), secret).toBytes(false),
    ],
    ["a message of 31 bytes", publicKey, message.subarray(1), signature],
    ["no signature", publicKey, message, new Uint8Array()],
    ["no key", new Uint8Array(), message, signature],
  ];
  for (const [name, key, text, sig] of bad) {
    it(`is false, never an exception, for ${name}`, () => {
      assert.equal(blsVerify(key, text, sig), false);
    });
  }

  it("reads the key outside the subgroup where nobody asks for the group check", () => {
    assert.deepEqual(blstBindings().PublicKey.fromBytes(outside, false).toBytes(), outside);
    assert.throws(() => blstBindings().PublicKey.fromBytes(outside, true), /not in group/);
  });

  it("keeps proofs and beacon signatures apart", () => {
    const proof = makeProof(secret);
    assert.equal(verifyProof(publicKey, proof), true);
    assert.equal(verifyProof(publicKey, signature), false);
    assert.equal(verifyProof(blsPublicKey(beaconSecret(message)), proof), false);
    assert.equal(verifyProof(infinityKey, infinitySignature), false);
    const proofText = Buffer.concat([Buffer.from("ASSAY_BLS_POP_V1"), publicKey]);
    assert.throws(() => blsSign(secret, proofText), {
      message: "message: expected 32 bytes, got 64",
    });
    assert.equal(blsVerify(publicKey, proofText, proof), false);
  });
});

/**
 * The least x whose x^3 + 4 is a square: a point of the curve, and outside the subgroup, which holds
 * one in 2^125 of them.
 */
function pointOutsideTheSubgroup(): Uint8Array {
  const { Fp } = bls12_381.fields;
  for (let x = 1; x < 100; x++) {
    const square = Fp.add(Fp.pow(BigInt(x), 3n), 4n);
    if (!Fp.eql(Fp.pow(square, (Fp.ORDER - 1n) / 2n), Fp.ONE)) continue;
    return Uint8Array.from({ length: 48 }, (_, i) => (i === 0 ? 0x80 : i === 47 ? x : 0));
  }
  assert.fail("x: expected a point below 100, got none");
}

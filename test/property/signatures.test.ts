import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { hmac } from "@noble/hashes/hmac.js";
import * as noble from "@noble/secp256k1";
import fc from "fast-check";
import { verifySecp256k1 } from "../../app/crypto/secp256k1.ts";

noble.hashes.sha256 = sha256;
noble.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

const ORDER = noble.Point.CURVE().n;
const HALF = ORDER / 2n;

type Signed = { publicKey: Uint8Array; digest: Uint8Array; signature: Uint8Array };

/** What the rule says, by the other library: exactly 64 bytes, low S, a compressed key. */
function oracle({ publicKey, digest, signature }: Signed): boolean {
  if (signature.length !== 64 || publicKey.length !== 33 || digest.length !== 32) return false;
  try {
    return noble.verify(signature, digest, publicKey, { prehash: false, lowS: true });
  } catch {
    return false;
  }
}

function bytes32(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = bit % (copy.length * 8);
  copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
  return copy;
}

const scalars = fc.oneof(
  fc.constantFrom(0n, 1n, HALF - 1n, HALF, HALF + 1n, ORDER - 1n, ORDER, ORDER + 1n),
  fc.constant(2n ** 256n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
);
const half = (bytes: Uint8Array, part: 0 | 1) => bytes.subarray(part * 32, part * 32 + 32);
const mutation: fc.Arbitrary<(good: Signed) => Signed> = fc.oneof(
  fc.constant((good: Signed) => good),
  fc.nat(511).map((bit) => (g: Signed) => ({ ...g, signature: flip(g.signature, bit) })),
  fc.nat(263).map((bit) => (g: Signed) => ({ ...g, publicKey: flip(g.publicKey, bit) })),
  fc.nat(255).map((bit) => (g: Signed) => ({ ...g, digest: flip(g.digest, bit) })),
  scalars.map((r) => (g: Signed) => ({
    ...g,
    signature: Buffer.concat([bytes32(r), half(g.signature, 1)]),
  })),
  scalars.map((s) => (g: Signed) => ({
    ...g,
    signature: Buffer.concat([half(g.signature, 0), bytes32(s)]),
  })),
  fc.constant((g: Signed) => {
    const s = BigInt(`0x${Buffer.from(half(g.signature, 1)).toString("hex")}`);
    return { ...g, signature: Buffer.concat([half(g.signature, 0), bytes32(ORDER - s)]) };
  }),
  fc.nat(130).map((length) => (g: Signed) => ({
    ...g,
    signature: Buffer.concat([g.signature, new Uint8Array(70)]).subarray(0, length),
  })),
  fc.nat(70).map((length) => (g: Signed) => ({
    ...g,
    publicKey: Buffer.concat([g.publicKey, new Uint8Array(40)]).subarray(0, length),
  })),
  fc.uint8Array({ minLength: 33, maxLength: 33 }).map((publicKey) => (g: Signed) => ({
    ...g,
    publicKey,
  })),
  fc.nat(255).map((head) => (g: Signed) => ({
    ...g,
    publicKey: Uint8Array.of(head, ...g.publicKey.subarray(1)),
  })),
);

/** Signing dominates the cost of a case, so each of these is mutated many times over. */
const signed: Signed[] = Array.from({ length: 64 }, (_, i) => {
  const secret = sha256(Uint8Array.of(i, 1));
  const digest = sha256(Uint8Array.of(i, 2));
  const signature = noble.sign(digest, secret, { prehash: false, lowS: true });
  return { publicKey: noble.getPublicKey(secret, true), digest, signature };
});

describe("property: signatures", () => {
  it("D9: native and noble agree on 5,000 mutated signatures", () => {
    let good = 0;
    let bad = 0;
    fc.assert(
      fc.property(fc.constantFrom(...signed), mutation, (original, mutate) => {
        const mutated = mutate(original);
        const expected = oracle(mutated);
        assert.equal(
          verifySecp256k1(mutated.publicKey, mutated.digest, mutated.signature),
          expected,
        );
        if (expected) good += 1;
        else bad += 1;
      }),
      { numRuns: 5000 },
    );
    // Both answers must have been tried, or agreement says nothing.
    assert.ok(good > 200 && bad > 2000, `cases: got ${good} good and ${bad} bad`);
  });
});

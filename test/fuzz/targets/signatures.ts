import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { Signature, verify } from "@noble/secp256k1";
import {
  blsKeyPoint,
  blsSign,
  blsSignaturePoint,
  blsVerify,
  verifyProof,
} from "../../../app/crypto/bls.ts";
import { validSecp256k1Key, verifySecp256k1 } from "../../../app/crypto/secp256k1.ts";
import { testKey, testProposer } from "../../support/keys.ts";
import { edgeBytes, editBytes, randomBytes, type Random } from "../bytesEdits.ts";
import type { Runner, Target } from "../harness.ts";

const keyBytes = 33;
const digestBytes = 32;
const compareEvery = 64;

/** key, digest, signature: what a transaction brings; every 64th by length and first byte against noble too. */
export const secp256k1Target: Target = {
  name: "secp256k1 signatures",
  inputs: 100_000,
  make(random) {
    const seeds = Array.from({ length: 8 }, (_, i) => {
      const key = testKey(`fuzz ${i}`);
      const digest = Uint8Array.from(hash("sha256", `digest ${i}`, "buffer"));
      return Buffer.concat([key.publicKey, digest, key.sign(digest)]);
    });
    const facts = { "compared with noble": 0 };
    return {
      next: () => nextSignature(random, seeds, [0, keyBytes, keyBytes + digestBytes]),
      run(input) {
        const key = Uint8Array.from(input.subarray(0, keyBytes));
        const digest = Uint8Array.from(input.subarray(keyBytes, keyBytes + digestBytes));
        const signature = Uint8Array.from(input.subarray(keyBytes + digestBytes));
        const valid = verifySecp256k1(key, digest, signature);
        if (valid) assert.ok(validSecp256k1Key(key));
        if (((input.at(-1) ?? 0) ^ (input[40] ?? 0)) % compareEvery === 0) {
          assert.equal(valid, noble(key, digest, signature));
          facts["compared with noble"] += 1;
        }
        return valid ? "accepted" : "rejected";
      },
      facts: () => facts,
    };
  },
};

function noble(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    Signature.fromBytes(signature);
    return verify(signature, digest, key, { prehash: false, lowS: true });
  } catch {
    return false;
  }
}

/**
 * The points alone, without a pairing: lengths, flags, the field, the curve and the subgroup, against noble for one in
 * 256; what is taken is written to the bytes it was read from.
 */
export const blsPointsTarget: Target = {
  name: "BLS points",
  inputs: 100_000,
  make(random): Runner {
    const keys = [0, 1, 2].map((i) => testProposer(i).beaconKey);
    const signatures = [0, 1, 2].map((i) =>
      blsSign(testProposer(i).beaconSecret, new Uint8Array(32).fill(i)),
    );
    const facts = { "compared with noble": 0 };
    return {
      next: () => nextSignature(random, random(2) === 0 ? keys : signatures, [0, 1]),
      run(input) {
        const isKey = input.length <= 64;
        const point = isKey ? blsKeyPoint(input) : blsSignaturePoint(input);
        if (point !== undefined) assert.ok(Buffer.from(point.toBytes()).equals(input));
        if (((input.at(-1) ?? 0) ^ (input[9] ?? 0)) === 1) {
          assert.equal(point !== undefined, noblePoint(input, isKey));
          facts["compared with noble"] += 1;
        }
        return point === undefined ? "rejected" : "accepted";
      },
      facts: () => facts,
    };
  },
};

function noblePoint(bytes: Uint8Array, isKey: boolean): boolean {
  try {
    const group = isKey ? bls12_381.G1 : bls12_381.G2;
    const point = group.Point.fromBytes(Uint8Array.from(bytes));
    point.assertValidity();
    return !point.is0();
  } catch {
    return false;
  }
}

/** Beacon signatures and proofs of possession: pairings take a millisecond, so good points are rare. */
export const blsTarget: Target = {
  name: "BLS signatures",
  inputs: 20_000,
  make(random): Runner {
    const message = Uint8Array.from(hash("sha256", "beacon", "buffer"));
    const seeds = [0, 1, 2].map((i) => {
      const { beaconKey, beaconSecret } = testProposer(i);
      return Buffer.concat([beaconKey, message, blsSign(beaconSecret, message)]);
    });
    return {
      next: () => nextSignature(random, seeds, [0, 48, 80]),
      run(input) {
        const key = Uint8Array.from(input.subarray(0, 48));
        const digest = Uint8Array.from(input.subarray(48, 80));
        const signature = Uint8Array.from(input.subarray(80));
        const valid = blsVerify(key, digest, signature);
        // A signature over a block's message is never a proof of possession.
        if (valid) assert.equal(verifyProof(key, signature), false);
        const isSeed = seeds.some((seed) => Buffer.compare(seed, input) === 0);
        if (isSeed) assert.ok(valid);
        else if (valid) assert.ok(seeds.some((seed) => seed.includes(Buffer.from(signature))));
        return valid ? "accepted" : "rejected";
      },
    };
  },
};

/** A seed, an edit anywhere, or one part replaced by zeros, ones, the order and its neighbours. */
function nextSignature(
  random: Random,
  seeds: readonly Uint8Array[],
  starts: readonly number[],
): Uint8Array {
  const seed = seeds[random(seeds.length)] ?? new Uint8Array();
  const way = random(20);
  if (way === 0) return seed;
  if (way < 14) return editBytes(random, seed, seeds);
  const part = random(starts.length);
  const from = starts[part] ?? 0;
  const to = starts[part + 1] ?? seed.length;
  const old = seed.subarray(from, to);
  const part2 = way < 17 ? edgeBytes(random, old) : randomBytes(random, old.length);
  return Buffer.concat([seed.subarray(0, from), part2, seed.subarray(to)]);
}

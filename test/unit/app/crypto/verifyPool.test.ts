import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { verifySecp256k1 } from "../../../../app/crypto/secp256k1.ts";
import { VerifyPool, type SignatureJob } from "../../../../app/crypto/verifyPool.ts";
import { sha256 } from "../../../../core/crypto/sha256.ts";
import { utf8Encode } from "../../../../core/bytes.ts";
import { testKey } from "../../../support/keys.ts";

const alice = testKey("alice");
const digestOf = (i: number): Uint8Array => sha256(utf8Encode(`message ${i}`));

/** Every third one is bad, each in another way. */
function jobsOf(count: number): SignatureJob[] {
  return Array.from({ length: count }, (_, i) => {
    const digest = digestOf(i);
    const job = { publicKey: alice.publicKey, digest, signature: alice.sign(digest) };
    if (i % 3 !== 2) return job;
    const faults: SignatureJob[] = [
      { ...job, digest: digestOf(i + 1) },
      { ...job, signature: job.signature.slice(1) },
      { ...job, publicKey: Uint8Array.from(job.publicKey).fill(9, 0, 1) },
      { ...job, signature: new Uint8Array(64) },
    ];
    return faults[i % faults.length] ?? job;
  });
}

const expected = (jobs: readonly SignatureJob[]): boolean[] =>
  jobs.map(({ publicKey, digest, signature }) => verifySecp256k1(publicKey, digest, signature));

describe("crypto: verify pool", () => {
  let pool: VerifyPool;
  before(async () => {
    pool = new VerifyPool(2);
    for (let tries = 0; !pool.ready && tries < 600; tries++) await delay(50);
    assert.ok(pool.ready, "the workers wait for work");
  });
  after(() => pool.close());

  it("D9: gives the verdicts of the one verifier, batch after batch", () => {
    for (const count of [0, 1, 2, 50, 7, 300]) {
      const jobs = jobsOf(count);
      assert.deepEqual(pool.verify(jobs), expected(jobs));
      assert.ok(pool.ready);
    }
  });

  it("takes more jobs than it has places for", () => {
    const jobs = jobsOf(60);
    const many = Array.from({ length: 5_000 }, (_, i) => jobs[i % 60] as SignatureJob);
    const good = expected(jobs);
    assert.deepEqual(
      pool.verify(many),
      many.map((_, i) => good[i % 60]),
    );
  });

  it("without workers, or before they wait, the caller verifies all of it", async () => {
    const jobs = jobsOf(20);
    const none = new VerifyPool(0);
    assert.equal(none.ready, false);
    assert.deepEqual(none.verify(jobs), expected(jobs));
    const early = new VerifyPool(1);
    assert.deepEqual(early.verify(jobs), expected(jobs));
    await early.close();
    assert.deepEqual(early.verify(jobs), expected(jobs));
  });
});

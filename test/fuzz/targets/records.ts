import assert from "node:assert/strict";
import { utf8Encode } from "../../../core/bytes.ts";
import type { StoreKey } from "../../../core/store/kv.ts";
import {
  chainDigest,
  digest,
  encodeRecord,
  firstPrevious,
  scanRecord,
  type LogRecord,
} from "../../../app/db/record.ts";
import { editBytes, randomBytes, type Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";

const headLength = 12;
const digestLength = 32;

/** The log of change-sets; half of the damaged records carry right checks, as a forger would make them. */
export const recordsTarget: Target = {
  name: "change-set records",
  inputs: 100_000,
  make(random) {
    const seeds = Array.from({ length: 12 }, () => encodeRecord(sampleRecord(random)).slice());
    const bodies = seeds.map((seed) => seed.subarray(headLength, -digestLength));
    return {
      next() {
        const seed = seeds[random(seeds.length)] ?? new Uint8Array();
        if (random(20) === 0) return seed;
        if (random(2) === 0) return editBytes(random, seed, seeds);
        return sealed(editBytes(random, bodies[random(bodies.length)] ?? seed, bodies));
      },
      run(bytes) {
        if (bytes.length === 0) return "rejected";
        const found = scanRecord(bytes, 0);
        if (found.kind !== "record") return "rejected";
        const written = encodeRecord(found.record);
        assert.deepEqual(Buffer.from(written), Buffer.from(bytes.subarray(0, found.end)));
        return "accepted";
      },
    };
  },
};

/** Head, body and checksum that belong together. */
function sealed(body: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const head = Buffer.concat([utf8Encode("ASRC"), length]);
  const all = Buffer.concat([head, digest(head).subarray(0, 4), body]);
  return Buffer.concat([all, digest(all)]);
}

export function sampleRecord(random: Random): LogRecord {
  const stores = ["acc", "bank", "tasks"].slice(random(3));
  return {
    chain: chainDigest("assay-test-1"),
    previous: random(2) === 0 ? firstPrevious : randomBytes(random, 32),
    height: BigInt(random(1000)),
    timeMs: 1_700_000_000_000n,
    appHash: randomBytes(random, 32),
    meta: randomBytes(random, random(8)),
    changes: stores.map((store) => ({
      store,
      changes: Array.from({ length: random(5) }, (_, i) => ({
        key: String.fromCharCode(65 + i, random(256)) as StoreKey,
        value: random(3) === 0 ? undefined : randomBytes(random, 1 + random(30)),
      })),
    })),
  };
}

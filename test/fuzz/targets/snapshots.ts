import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MalformedError } from "../../../app/db/bytes.ts";
import { machineDisk } from "../../../app/db/disk.ts";
import { heightPath } from "../../../app/db/files.ts";
import { foldersOf } from "../../../app/db/options.ts";
import { chainDigest, digest } from "../../../app/db/record.ts";
import { readSnapshot, snapshotSuffix, writeSnapshot } from "../../../app/db/snapshot.ts";
import { toHex, utf8Encode } from "../../../core/bytes.ts";
import { StoreError } from "../../../core/store/errors.ts";
import type { StoreKey } from "../../../core/store/kv.ts";
import { Multistore } from "../../../core/store/multistore.ts";
import { editBytes, randomBytes, type Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";

const stores = ["acc", "bank", "tasks"];
const digestLength = 32;

/** Files of the state; most of the damaged ones carry a right checksum. */
export const snapshotsTarget: Target = {
  name: "state snapshots",
  inputs: 100_000,
  async make(random) {
    const dir = mkdtempSync(join(tmpdir(), "assay-fuzz-"));
    const { snapshots, sidecars } = foldersOf(dir);
    for (const folder of [snapshots, sidecars]) mkdirSync(folder);
    const seeds = await Promise.all(
      Array.from({ length: 4 }, (_, i) =>
        sampleFile(random, heightPath(snapshots, BigInt(i), snapshotSuffix)),
      ),
    );
    const bodies = seeds.map((seed) => seed.subarray(0, -digestLength));
    const file = join(dir, "snapshot");
    return {
      next() {
        const seed = seeds[random(seeds.length)] ?? new Uint8Array();
        if (random(20) === 0) return seed;
        if (random(4) === 0) return editBytes(random, seed, seeds);
        const body = editBytes(random, bodies[random(bodies.length)] ?? seed, bodies);
        return Buffer.concat([body, digest(body)]);
      },
      run(bytes) {
        writeFileSync(file, bytes);
        try {
          const { head, appHash } = readSnapshot(
            machineDisk,
            file,
            () => new Multistore({ stores }),
          );
          // Who opens it compares; a tree that was changed never has the hash that stands in the head.
          const isSeed = seeds.some((seed) => Buffer.compare(seed, bytes) === 0);
          if (isSeed) assert.equal(toHex(appHash), toHex(head.appHash));
          return toHex(appHash) === toHex(head.appHash) ? "accepted" : "rejected";
        } catch (error) {
          const named = error instanceof MalformedError || error instanceof StoreError;
          if (!named) throw error;
          return "rejected";
        }
      },
      end: () => rmSync(dir, { recursive: true, force: true }),
    };
  },
};

async function sampleFile(random: Random, path: string): Promise<Uint8Array> {
  const store = new Multistore({ stores });
  for (let version = 1n; version <= 3n; version++) {
    const changes = stores.map((name) => ({
      store: name,
      changes: ["a", "b", "c", "dd", "e"]
        .slice(0, 1 + random(5))
        .map((key) => ({ key: key as StoreKey, value: randomBytes(random, 1 + random(9)) })),
    }));
    store.stage(version, changes);
    store.commit();
  }
  const head = {
    ...{ chain: chainDigest("assay-test-1"), height: 3n, timeMs: 3000n },
    ...{ appHash: store.appHash, recordHash: randomBytes(random, 32), meta: utf8Encode("meta") },
  };
  assert.ok(await writeSnapshot(machineDisk, path, head, store, () => false));
  return readFileSync(path);
}

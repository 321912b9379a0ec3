import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { bytesFromKey, toHex, utf8Decode } from "../../../../core/bytes.ts";
import { verifyMembership, verifyNonMembership } from "../../../../core/store/proofs.ts";
import { key, open, runBlock, runBlocks, stores, withFolder } from "../../../support/storeChain.ts";
import { machineDisk } from "../../../../app/db/index.ts";
import { readSnapshot } from "../../../../app/db/snapshot.ts";
import { Multistore } from "../../../../core/store/multistore.ts";
import type { Db } from "../../../../app/db/index.ts";

/** Every entry of a version, proved: text to compare, after both proofs have been verified. */
function provenState(db: Db, version: bigint): string[] {
  const view = db.multistore.view(version);
  const appHash = db.multistore.appHashAt(version);
  assert.ok(view && appHash);
  return stores.flatMap((store) =>
    [...view.range(store, key(""), undefined)].map(([name, value]) => {
      const proof = db.multistore.prove(store, name, version);
      assert.ok(proof?.proofOps);
      assert.ok(verifyMembership(proof.proofOps, appHash, store, bytesFromKey(name), value));
      return `${store}/${name}=${utf8Decode(value)}`;
    }),
  );
}

describe("db: restart", () => {
  it("D17: a restart at each height gives the same app hashes", async () => {
    await withFolder(async (dir) => {
      const once = await withFolder(async (other) => {
        const db = open(other);
        const hashes = runBlocks(db, 30n);
        await db.close();
        return hashes;
      });
      const restarted: string[] = [];
      for (let height = 1n; height <= 30n; height++) {
        const db = open(dir, { segmentBytes: 2000 });
        assert.equal(db.lastHeight, height - 1n);
        restarted.push(runBlock(db, height));
        assert.equal(utf8Decode(db.meta), `meta ${height}`);
        await db.close();
      }
      assert.deepEqual(restarted, once);
      assert.ok(readdirSync(join(dir, "changes")).length > 3);
    });
  });

  it("gives back height, app hash, time and meta of the last block", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      assert.deepEqual([db.lastHeight, db.timeMs, db.meta.length], [0n, 0n, 0]);
      const [, , last] = runBlocks(db, 3n);
      await db.close();
      const again = open(dir);
      assert.equal(again.lastHeight, 3n);
      assert.equal(toHex(again.appHash), last);
      assert.equal(again.timeMs, 3000n);
      assert.equal(utf8Decode(again.meta), "meta 3");
      await again.close();
    });
  });

  it("the kept versions can be read and proved again, from the log and from a snapshot", async () => {
    await withFolder(async (dir) => {
      const options = { keepVersions: 10, segmentBytes: 3000, snapshotEvery: 0n };
      const db = open(dir, options);
      for (let height = 1n; height <= 60n; height++) {
        runBlock(db, height);
        if (height === 20n || height === 40n) await db.takeSnapshot();
      }
      assert.equal(db.multistore.oldestVersion, 51n);
      const before = [51n, 55n, 60n].map((version) => provenState(db, version));
      const hashes = [51n, 55n, 60n].map((version) => db.multistore.appHashAt(version));
      await db.close();
      const again = open(dir, options);
      assert.equal(again.multistore.oldestVersion, 51n);
      assert.deepEqual(
        [51n, 55n, 60n].map((version) => provenState(again, version)),
        before,
      );
      assert.deepEqual(
        [51n, 55n, 60n].map((v) => again.multistore.appHashAt(v)),
        hashes,
      );
      assert.equal(again.multistore.view(50n), undefined);
      const absent = again.multistore.prove("bank", key("nothing here"), 60n);
      const name = bytesFromKey(key("nothing here"));
      assert.ok(absent?.proofOps);
      assert.ok(verifyNonMembership(absent.proofOps, again.appHash, "bank", name));
      await again.close();
    });
  });

  it("an empty block advances the version, keeps the app hash and takes less than 250 bytes", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      const hashes = runBlocks(db, 5n);
      const [segment = ""] = readdirSync(join(dir, "changes"));
      const size = (): number => statSync(join(dir, "changes", segment)).size;
      const before = size();
      assert.equal(runBlock(db, 6n, 0), hashes[4]);
      assert.ok(size() - before < 250);
      assert.ok(db.multistore.view(6n));
      await db.close();
      const again = open(dir);
      assert.equal(again.lastHeight, 6n);
      await again.close();
    });
  });

  it("a chain may start at any height", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      runBlock(db, 5000n);
      const hash = runBlock(db, 5001n);
      await db.close();
      const again = open(dir);
      assert.equal(again.lastHeight, 5001n);
      assert.equal(toHex(again.appHash), hash);
      await again.close();
    });
  });

  it("old segments and snapshots go only below the kept versions, and a restart still works", async () => {
    await withFolder(async (dir) => {
      const options = { keepVersions: 5, segmentBytes: 1500, snapshotEvery: 0n, keepSnapshots: 2 };
      const db = open(dir, options);
      for (let height = 1n; height <= 100n; height++) {
        runBlock(db, height);
        if (height % 10n === 0n) await db.takeSnapshot();
      }
      const last = toHex(db.appHash);
      await db.close();
      const heights = readdirSync(join(dir, "state-snapshots")).map((name) => parseInt(name, 10));
      assert.deepEqual(heights, [80, 90, 100]);
      const segments = readdirSync(join(dir, "changes")).map((name) => parseInt(name, 10));
      assert.ok((segments[0] ?? 0) > 60 && (segments[0] ?? 0) <= 81);
      const again = open(dir, options);
      assert.equal(toHex(again.appHash), last);
      assert.equal(again.multistore.oldestVersion, 96n);
      await again.close();
    });
  });

  it("a snapshot holds the version that it began with while blocks go on", async () => {
    await withFolder(async (dir) => {
      const options = { keepVersions: 3, snapshotEvery: 0n };
      const db = open(dir, options);
      runBlocks(db, 10n, 40);
      const hash = toHex(db.appHash);
      const written = db.takeSnapshot();
      for (let height = 11n; height <= 60n; height++) {
        runBlock(db, height, 40);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await written;
      // Pinned until then, pruned after.
      runBlock(db, 61n, 40);
      assert.equal(db.multistore.oldestVersion, 59n);
      await db.close();
      const [name = ""] = readdirSync(join(dir, "state-snapshots"));
      const make = (): Multistore => new Multistore({ stores });
      const loaded = readSnapshot(machineDisk, join(dir, "state-snapshots", name), make);
      assert.equal(loaded.head.height, 10n);
      assert.equal(toHex(loaded.appHash), hash);
    });
  });
});

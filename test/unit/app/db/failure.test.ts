import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { DbError } from "../../../../app/db/index.ts";
import { toHex, utf8Encode } from "../../../../core/bytes.ts";
import { StoreError } from "../../../../core/store/errors.ts";
import { open, runBlock, runBlocks, withFolder } from "../../../support/storeChain.ts";

const fullDisk = "/dev/full";
const extension = import.meta.url.slice(-3);
const writer = fileURLToPath(new URL(`../../../support/blockWriter${extension}`, import.meta.url));

describe("db: writes that fail", () => {
  it(
    "a full disk fails the commit with E1409 and nothing after it is written",
    { skip: existsSync(fullDisk) ? false : `needs ${fullDisk}` },
    async () => {
      await withFolder(async (dir) => {
        const first = open(dir);
        runBlocks(first, 2n);
        await first.close();
        const db = open(dir);
        const [name = ""] = readdirSync(join(dir, "changes"));
        rmSync(join(dir, "changes", name));
        symlinkSync(fullDisk, join(dir, "changes", name));
        for (let i = 0; i < 2; i++) {
          assert.throws(
            () => runBlock(db, 3n),
            (error) => error instanceof DbError && error.code === "E1409",
          );
          assert.equal(db.lastHeight, 2n);
          assert.equal(db.multistore.version, 2n);
        }
        await db.close();
      });
    },
  );

  it("a height that is not the staged one is not committed", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      assert.throws(() => {
        db.commit({ height: 1n, timeMs: 0n });
      }, StoreError);
      db.multistore.stage(1n, []);
      assert.throws(() => {
        db.commit({ height: 2n, timeMs: 0n });
      }, StoreError);
      db.commit({ height: 1n, timeMs: 0n });
      assert.equal(db.lastHeight, 1n);
      await db.close();
      db.multistore.stage(2n, []);
      assert.throws(() => {
        db.commit({ height: 2n, timeMs: 0n });
      }, StoreError);
    });
  });

  it("a snapshot that cannot be written is told and the chain goes on", async () => {
    await withFolder(async (dir) => {
      const messages: string[] = [];
      const db = open(dir, { log: (level, message) => messages.push(`${level} ${message}`) });
      runBlocks(db, 2n);
      rmSync(join(dir, "state-snapshots"), { recursive: true });
      await db.takeSnapshot();
      assert.match(messages[0] ?? "", /^error no state snapshot of height 2/);
      runBlock(db, 3n);
      await db.close();
    });
  });

  it("closing stops a running snapshot and leaves no half file", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      db.multistore.stage(1n, [
        {
          store: "acc",
          changes: Array.from({ length: 20_000 }, (_, i) => ({
            key: `k${String(i).padStart(9, "0")}` as never,
            value: utf8Encode(`v${i}`),
          })),
        },
      ]);
      db.commit({ height: 1n, timeMs: 0n });
      void db.takeSnapshot();
      await db.close();
      assert.deepEqual(readdirSync(join(dir, "state-snapshots")), []);
      const again = open(dir);
      assert.equal(toHex(again.appHash), toHex(db.appHash));
      await again.close();
    });
  });
});

describe("db: kill -9 while blocks are written", () => {
  it("B25: after each of 8 kills the state is that of a block that was written", async () => {
    await withFolder(async (root) => {
      const dir = join(root, "killed");
      const reference = open(join(root, "reference"));
      let last = 0n;
      for (let round = 0; round < 8; round++) {
        const child = fork(writer, [dir], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
        let told = 0n;
        child.on("message", (height) => {
          told = BigInt(String(height));
          if (told >= last + BigInt(5 + 7 * round)) child.kill("SIGKILL");
        });
        await once(child, "exit");
        const db = open(dir, { segmentBytes: 5000, keepVersions: 10 });
        // The child told a height after its commit returned: it may have passed it, never fallen back.
        assert.ok(db.lastHeight >= told && told > last);
        last = db.lastHeight;
        runBlocks(reference, last);
        assert.equal(toHex(db.appHash), toHex(reference.appHash));
        await db.close();
      }
      await reference.close();
    });
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DbError, inspectDb, rollback } from "../../../../app/db/index.ts";
import { compareAscii, toHex } from "../../../../core/bytes.ts";
import { open, runBlock, stores, withFolder } from "../../../support/storeChain.ts";

const small = { segmentBytes: 1200, keepVersions: 4 };
const options = { chainId: "assay-test-1", stores, ...small };

async function chain(dir: string, blocks: bigint): Promise<string[]> {
  const db = open(dir, small);
  const hashes: string[] = [];
  for (let height = 1n; height <= blocks; height++) {
    hashes.push(runBlock(db, height));
    if (height % 10n === 0n) await db.takeSnapshot();
  }
  await db.close();
  return hashes;
}

describe("db: rollback", () => {
  for (const toHeight of [39n, 35n, 30n, 29n]) {
    it(`goes back from 40 to ${toHeight}, and the same blocks give the same app hashes again`, async () => {
      await withFolder(async (dir) => {
        const hashes = await chain(dir, 40n);
        const back = rollback(dir, { ...options, toHeight });
        assert.equal(back.height, toHeight);
        assert.equal(toHex(back.appHash), hashes[Number(toHeight) - 1]);
        assert.deepEqual(inspectDb(dir, options).lastHeight, toHeight);
        const db = open(dir, small);
        assert.equal(db.lastHeight, toHeight);
        for (let height = toHeight + 1n; height <= 40n; height++) {
          assert.equal(runBlock(db, height), hashes[Number(height) - 1]);
        }
        await db.close();
      });
    });
  }

  it("without a height takes the last block back", async () => {
    await withFolder(async (dir) => {
      await chain(dir, 7n);
      assert.equal(rollback(dir, options).height, 6n);
      assert.equal(rollback(dir, options).height, 5n);
    });
  });

  it("without a height cuts a damaged log at the last height that reads well", async () => {
    await withFolder(async (dir) => {
      const hashes = await chain(dir, 12n);
      const files = readdirSync(join(dir, "changes"));
      const path = join(dir, "changes", files.at(-2) ?? "");
      const bytes = readFileSync(path);
      bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 4;
      writeFileSync(path, bytes);
      const last = BigInt(parseInt(files.at(-1) ?? "", 10)) - 2n;
      const files2 = inspectDb(dir, options);
      assert.equal(files2.problem?.code, "E1419");
      assert.equal(files2.lastHeight, last);
      assert.equal(rollback(dir, options).height, last);
      const db = open(dir, small);
      assert.equal(toHex(db.appHash), hashes[Number(last) - 1]);
      await db.close();
    });
  });

  it("takes away a misplaced segment whose name is below the height: the state opens again", async () => {
    await withFolder(async (dir) => {
      const hashes = await chain(dir, 7n);
      const changes = join(dir, "changes");
      const [first = "", second = ""] = readdirSync(changes).sort(compareAscii);
      const kept = BigInt(parseInt(second, 10)) - 1n;
      assert.ok(kept >= 2n, "expected two blocks in the first segment");
      renameSync(join(changes, second), join(changes, first.replace("1.log", "2.log")));
      assert.equal(rollback(dir, options).height, kept);
      const db = open(dir, small);
      assert.equal(toHex(db.appHash), hashes[Number(kept) - 1]);
      await db.close();
    });
  });

  it("without a block that reads well says what else to do, not to name a height", async () => {
    await withFolder(async (dir) => {
      await chain(dir, 4n);
      const path = join(
        dir,
        "changes",
        readdirSync(join(dir, "changes")).sort(compareAscii)[0] ?? "",
      );
      const bytes = readFileSync(path);
      bytes[40] = (bytes[40] ?? 0) ^ 4;
      writeFileSync(path, bytes);
      assert.throws(
        () => rollback(dir, options),
        (error) =>
          error instanceof DbError &&
          error.code === "E1410" &&
          error.fix.length > 0 &&
          !error.fix.some((line) => /rollback|name a height/.test(line)),
      );
    });
  });

  it("refuses a height that was never reached or cannot be rebuilt, and changes nothing", async () => {
    await withFolder(async (dir) => {
      const hashes = await chain(dir, 40n);
      for (const [toHeight, code] of [
        [41n, "E1410"],
        [0n, "E1410"],
        [3n, "E1419"],
      ] as const) {
        assert.throws(
          () => rollback(dir, { ...options, toHeight }),
          (error) => error instanceof DbError && error.code === code,
        );
      }
      const db = open(dir, small);
      assert.equal(toHex(db.appHash), hashes[39]);
      await db.close();
    });
  });
});

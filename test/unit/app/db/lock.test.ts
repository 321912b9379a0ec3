import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DbError, rollback } from "../../../../app/db/index.ts";
import { open, runBlocks, stores, withFolder } from "../../../support/storeChain.ts";

function refusesAs(pid: number, dir: string): void {
  assert.throws(
    () => open(dir),
    (error) =>
      error instanceof DbError &&
      error.code === "E1402" &&
      error.message.includes(`process ${pid} `) &&
      error.where.endsWith("LOCK"),
  );
}

describe("db: one opener", () => {
  it("a second opener is refused with E1402 and the pid, and the first goes on", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      refusesAs(process.pid, dir);
      assert.throws(
        () => rollback(dir, { chainId: "assay-test-1", stores, toHeight: 1n }),
        (error) => error instanceof DbError && error.code === "E1402",
      );
      runBlocks(db, 3n);
      await db.close();
      const again = open(dir);
      assert.equal(again.lastHeight, 3n);
      await again.close();
      assert.equal(existsSync(join(dir, "LOCK")), false);
    });
  });

  it("the lock of another running process holds", async () => {
    await withFolder(async (dir) => {
      await open(dir).close();
      writeFileSync(join(dir, "LOCK"), `${process.ppid}\n\n\n`);
      refusesAs(process.ppid, dir);
      assert.equal(readFileSync(join(dir, "LOCK"), "utf8"), `${process.ppid}\n\n\n`);
    });
  });

  const dead = spawnSync(process.execPath, ["--version"]).pid;
  const stale = [
    ["a process that has ended", `${dead}\n\n\n`],
    ["an earlier process with a pid that is in use again", `${process.ppid}\n1\n\n`],
    ["a process before the last boot", `${process.ppid}\n\n00000000-0000-0000-0000-000000000000\n`],
    ["nobody: a file without a pid", "?"],
  ] as const;
  for (const [name, text] of stale) {
    const known = existsSync("/proc/self/stat") || text.startsWith(String(dead)) || text === "?";
    it(`takes over the lock of ${name}`, { skip: known ? false : "needs /proc" }, async () => {
      await withFolder(async (dir) => {
        await open(dir).close();
        writeFileSync(join(dir, "LOCK"), text);
        const db = open(dir);
        assert.equal(readFileSync(join(dir, "LOCK"), "utf8").split("\n")[0], String(process.pid));
        refusesAs(process.pid, dir);
        await db.close();
      });
    });
  }

  it("a refused start gives the folder back", async () => {
    await withFolder(async (dir) => {
      const db = open(dir);
      runBlocks(db, 2n);
      await db.close();
      assert.throws(() => open(dir, { chainId: "other" }), DbError);
      await open(dir).close();
    });
  });
});

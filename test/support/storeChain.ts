import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDb } from "../../app/db/index.ts";
import type { Db, DbOptions } from "../../app/db/index.ts";
import { keyFromBytes, toHex, utf8Encode } from "../../core/bytes.ts";
import { branch } from "../../core/store/branch.ts";
import { netChanges } from "../../core/store/changes.ts";
import type { StoreKey } from "../../core/store/kv.ts";
import { seededRandom } from "./seededRandom.ts";

export const stores = ["acc", "bank", "tasks"];

export function key(text: string): StoreKey {
  return keyFromBytes(utf8Encode(text));
}

export function withFolder<T>(use: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), "assay-db-"));
  const end = (): void => {
    rmSync(dir, { recursive: true, force: true });
  };
  let result: T;
  try {
    result = use(dir);
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) return result.finally(end) as T;
  end();
  return result;
}

export function copyFolder(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

export function open(dir: string, options: Partial<DbOptions> = {}): Db {
  return openDb(dir, { chainId: "assay-test-1", stores, snapshotEvery: 0n, ...options });
}

/** Executes and commits block `height`: the same writes for the same height in every run. */
export function runBlock(db: Db, height: bigint, writes = 6): string {
  const random = seededRandom(Number(height));
  const block = branch(db.multistore.view());
  for (let i = 0; i < writes; i++) {
    const store = stores[random(stores.length)] ?? "acc";
    const name = key(`key-${random(40)}`);
    if (random(4) === 0) block.delete(store, name);
    else block.set(store, name, utf8Encode(`value ${height}/${i}/${"x".repeat(random(60))}`));
  }
  const changes = netChanges(db.multistore.view(), block.dirty());
  const appHash = toHex(db.multistore.stage(height, changes));
  db.commit({ height, timeMs: 1000n * height, meta: utf8Encode(`meta ${height}`) });
  return appHash;
}

export function runBlocks(db: Db, to: bigint, writes = 6): string[] {
  const hashes: string[] = [];
  for (let h = db.lastHeight + 1n; h <= to; h++) hashes.push(runBlock(db, h, writes));
  return hashes;
}

import { toHex } from "../../core/bytes.ts";
import { StoreError } from "../../core/store/errors.ts";
import { MalformedError } from "./bytes.ts";
import { DbError, rollbackFix } from "./errors.ts";
import { listHeights } from "./files.ts";
import { inspectDb } from "./inspect.ts";
import { sourceOf, type DbOptions } from "./options.ts";
import { recoverEarlier, type LastBlock, type Source } from "./recover.ts";
import { readSnapshot, snapshotSuffix } from "./snapshot.ts";
import { listSegments } from "./segments.ts";
import type { Multistore } from "../../core/store/multistore.ts";

/** One thing that was looked at; `fault` where it is not as it should be. */
export type Check = {
  readonly what: string;
  readonly detail: string;
  readonly fault?: { readonly code: string; readonly fix: readonly string[] };
};

function checked(what: string, look: () => string): Check {
  try {
    return { what, detail: look() };
  } catch (error) {
    if (error instanceof DbError) {
      const { code, fix, message } = error;
      return { what, detail: message, fault: { code, fix } };
    }
    if (!(error instanceof MalformedError || error instanceof StoreError)) throw error;
    return { what, detail: error.message, fault: { code: "E1419", fix: rollbackFix } };
  }
}

function checkSnapshot(source: Source, path: string): string {
  const { head, appHash } = readSnapshot(source.disk, path, source.make);
  if (toHex(head.chain) !== toHex(source.chain)) {
    const fix = ["remove the file: it belongs to another chain"];
    throw new DbError("otherChain", { what: "a snapshot of another chain", where: path, fix });
  }
  if (toHex(head.appHash) === toHex(appHash)) return `app hash ${toHex(appHash).slice(0, 8)}…`;
  const what = `expected app hash ${toHex(head.appHash)}, got ${toHex(appHash)}`;
  throw new DbError("appHashDiffers", { what, where: path, fix: ["remove the file"] });
}

/**
 * Reads every record and state snapshot and rebuilds all app hashes from the oldest start that is there. Takes the
 * folder for the time, changes nothing in it.
 */
export function verifyDb(dir: string, options: DbOptions): Check[] {
  const usual = sourceOf(dir, options);
  // As if every version were kept: then the rebuilding begins as early as it can.
  const source = { ...usual, keepVersions: Number.MAX_SAFE_INTEGER };
  const { disk, folders } = source;
  const unlock = disk.lock(dir);
  try {
    const found = inspectDb(dir, { chainId: options.chainId, disk });
    const log = checked("change log", () => {
      if (found.problem !== undefined) throw found.problem;
      const files = listSegments(disk, folders.changes).length;
      return `heights ${found.firstHeight}..${found.lastHeight} in ${files} files`;
    });
    const snapshots = listHeights(disk, folders.snapshots, snapshotSuffix);
    const newest = snapshots.at(-1)?.height ?? 0n;
    const last = found.lastHeight > 0n ? found.lastHeight : newest;
    return [
      log,
      ...snapshots.map(({ height, path }) =>
        checked(`state snapshot ${height}`, () => checkSnapshot(source, path)),
      ),
      checked("app hashes", () => {
        if (last === 0n) return "no block yet";
        const { appHash, height } = recoverEarlier(source, last).last;
        return `rebuilt up to height ${height}: ${toHex(appHash)}`;
      }),
    ];
  } finally {
    unlock();
  }
}

export type StateAt = { readonly multistore: Multistore; readonly last: LastBlock };

/** The state after an earlier block, or the last; the folder must not be open and stays as it is. */
export function stateAt(dir: string, options: DbOptions, height?: bigint): StateAt {
  const source = sourceOf(dir, options);
  const unlock = source.disk.lock(dir);
  try {
    const { lastHeight, snapshots } = inspectDb(dir, {
      chainId: options.chainId,
      disk: source.disk,
    });
    const last = lastHeight > 0n ? lastHeight : (snapshots.at(-1) ?? 0n);
    const wanted = height ?? last;
    if (wanted >= 1n && wanted <= last) return recoverEarlier(source, wanted);
    throw new DbError("heightNotKept", {
      what: `expected a height 1..${last}, got ${wanted}`,
      where: dir,
      fix: ["name a height that the state has passed"],
    });
  } finally {
    unlock();
  }
}

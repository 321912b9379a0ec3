import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DbError, inspectDb, rollback, type DbOptions } from "./db/index.ts";

type Ask = { readonly height: string };

/**
 * A development chain on the solo engine may be taken back to an earlier height: the engine leaves the wish in the
 * home and removes it when its own blocks are cut. A state that is no longer kept is built anew from the blocks.
 */
export function rollBackIfAsked(home: string, dir: string, options: DbOptions): void {
  const file = join(home, "data", "rollback-to.json");
  if (!/-(?:local|dev)-\d+$/.test(options.chainId) || !existsSync(file) || !existsSync(dir)) return;
  const toHeight = BigInt((JSON.parse(readFileSync(file, "utf8")) as Ask).height);
  if (inspectDb(dir, options).lastHeight <= toHeight) return;
  try {
    rollback(dir, { ...options, toHeight });
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    options.log?.("warn", `the state of height ${toHeight} is not kept: it is built anew`);
    rmSync(dir, { recursive: true });
  }
}

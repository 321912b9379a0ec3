import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { DbError, type Db } from "../../app/db/index.ts";
import { toHex } from "../../core/bytes.ts";
import { open, runBlock, runBlocks } from "./storeChain.ts";

// Runs in a mount namespace of its own, on a file system of 200 KB that it may remount: fills it, makes it
// read-only, makes room, and says what became of the state.
const [, , dir = ""] = process.argv;
const ballast = join(dir, "ballast");

function codeOf(step: () => unknown): string {
  try {
    step();
    return "none";
  } catch (error) {
    if (error instanceof DbError) return error.code;
    throw error;
  }
}

/** Takes every block that is left. */
function fill(): void {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail > 0) writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}

const remount = (options: string): void =>
  void execFileSync("mount", ["-o", `remount,${options}`, dir]);

const first = open(dir, { segmentBytes: 20_000 });
let told = 0n;
const full = codeOf(() => {
  for (;;) {
    runBlock(first, told + 1n, 40);
    told++;
  }
});
await first.close();
fill();
const stillFull = codeOf(() => open(dir));
if (existsSync(ballast)) rmSync(ballast);
remount("ro");
const readOnly = codeOf(() => open(dir));
remount("rw,size=8m");
const db: Db = open(dir, { segmentBytes: 20_000 });
const twoOpeners = codeOf(() => open(dir));
runBlock(db, db.lastHeight + 1n, 40);
const kept = db.lastHeight > told;
const twin = join(dir, "twin");
execFileSync("mkdir", [twin]);
const other = open(twin);
runBlocks(other, db.lastHeight, 40);
const same = kept && toHex(other.appHash) === toHex(db.appHash);
await db.close();
await other.close();
const otherChain = codeOf(() => open(dir, { chainId: "assay-test-2" }));
process.stdout.write(JSON.stringify({ full, stillFull, readOnly, twoOpeners, otherChain, same }));

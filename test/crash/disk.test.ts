import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { DbError, digest, type Db, type Disk, type DiskFile } from "../../app/db/index.ts";
import { toHex } from "../../core/bytes.ts";
import { CometRole } from "../support/cometRole.ts";
import { killed, lost } from "../support/crashStates.ts";
import { folders, giftsAt, openOn, receive, twinHashes, type Gift } from "../support/crashTrace.ts";
import { PowerDisk, type Files } from "../support/powerDisk.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { runBlock, withFolder } from "../support/storeChain.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const blocks = 12n;

type Fault = "ENOSPC" | "EIO" | "EROFS" | "short";

type Plan = { readonly fault: Fault; readonly at: number; readonly forever: boolean };

const faultOf = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/** A disk whose operation number `at` fails, and with `forever` each one after it. */
function failing(
  disk: Disk,
  power: PowerDisk,
  { fault, at, forever }: Plan,
  fired: () => void = () => undefined,
): Disk {
  let left = at;
  const fails = (): boolean => {
    const now = left-- === 0 || (forever && left < 0);
    if (now) fired();
    return now;
  };
  const step = (): void => {
    if (fault !== "short" && fails()) throw faultOf(fault);
  };
  const wrap = (file: DiskFile): DiskFile => {
    const sync = (): void => {
      if (fault === "short" || !fails()) return file.sync();
      // What Linux does: the pages are dropped from its list, and the next sync reports success.
      power.forgetUnsynced();
      throw faultOf("EIO");
    };
    const write = (bytes: Uint8Array, where: number): number => {
      if (fault === "short") return file.write(bytes.subarray(0, 1 + (bytes.length >> 1)), where);
      step();
      return file.write(bytes, where);
    };
    return {
      ...file,
      ...{ sync, write },
      writeLater: (bytes, where) => Promise.resolve().then(() => write(bytes, where)),
      syncLater: () => Promise.resolve().then(sync),
      truncate: (length) => {
        step();
        file.truncate(length);
      },
    };
  };
  const guarded =
    <A extends unknown[], R>(operation: (...args: A) => R) =>
    (...args: A): R => {
      step();
      return operation(...args);
    };
  return {
    ...disk,
    open: (path, mode) => {
      if (mode !== "read") step();
      return wrap(disk.open(path, mode));
    },
    rename: guarded(disk.rename),
    remove: guarded(disk.remove),
    syncFolder: guarded(disk.syncFolder),
  };
}

/** Runs blocks until the end or the first error; answers the height that was promised. */
async function runUntilFault(disk: Disk): Promise<{ promised: bigint; error: unknown }> {
  let promised = 0n;
  try {
    const db = openOn(disk);
    while (db.lastHeight < blocks) {
      runBlock(db, db.lastHeight + 1n);
      promised = db.lastHeight;
      if (promised % 4n === 0n) await db.takeSnapshot();
    }
    await db.close();
    return { promised, error: undefined };
  } catch (error) {
    return { promised, error };
  }
}

/** The same of a node that joins by a snapshot. */
async function joinUntilFault(
  disk: Disk,
  gift: Gift,
): Promise<{ promised: bigint; error: unknown }> {
  let promised = 0n;
  try {
    const db = openOn(disk);
    assert.ok(receive(db, gift));
    promised = db.lastHeight;
    await db.close();
    return { promised, error: undefined };
  } catch (error) {
    return { promised, error };
  }
}

function chunkOf(files: Files, height: bigint, index: number): Uint8Array {
  const { snapshots } = openOn(PowerDisk.of(files, folders).boot());
  return snapshots.chunk(height, index) ?? assert.fail(`no chunk ${index} of ${height}`);
}

function requireCode(error: unknown): void {
  if (error === undefined) return;
  assert.ok(error instanceof DbError, String(error));
  assert.match(error.code, /^E14\d\d$/);
  assert.ok(error.fix.length > 0);
}

function requireState(files: Files, promised: bigint, hashes: readonly string[]): Db {
  const db = openOn(PowerDisk.of(files, folders).boot());
  assert.ok(db.lastHeight >= promised, `promised ${promised}, got ${db.lastHeight}`);
  if (db.lastHeight > 0n) assert.equal(toHex(db.appHash), hashes[Number(db.lastHeight)]);
  return db;
}

describe("T7: faults of the disk at every operation", () => {
  const hashes = twinHashes(blocks + 4n);

  for (const fault of ["ENOSPC", "EIO", "EROFS"] as const) {
    it(`${fault}, once or from then on: an E-code or no harm, and nothing promised is lost`, async (context) => {
      let faults = 0;
      for (const forever of [false, true]) {
        for (let at = 0, fired = 1; fired > 0; at++) {
          fired = 0;
          const power = PowerDisk.of(new Map(), folders);
          const { promised, error } = await runUntilFault(
            failing(power.boot(), power, { fault, at, forever }, () => fired++),
          );
          requireCode(error);
          requireState(killed(power.moment()), promised, hashes);
          requireState(lost(power.moment()), promised, hashes);
          // The next process on the same machine, and a power cut after two more blocks.
          const db = openOn(power.boot());
          for (let i = 0; i < 2; i++) {
            const height = db.lastHeight + 1n;
            assert.equal(runBlock(db, height), hashes[Number(height)]);
          }
          requireState(lost(power.moment()), db.lastHeight, hashes);
          faults += fired;
        }
      }
      assert.ok(faults > 50, `faults: ${faults}`);
      context.diagnostic(`reliability: disk faults: ${fault} = ${faults}`);
    });

    it(`${fault} while a node joins: it has the snapshot or nothing, and can go on or join again`, async (context) => {
      const [gift = assert.fail("no gift")] = await giftsAt([8n]);
      let faults = 0;
      for (const forever of [false, true]) {
        for (let at = 0, fired = 1; fired > 0; at++) {
          fired = 0;
          const power = PowerDisk.of(new Map(), folders);
          const { promised, error } = await joinUntilFault(
            failing(power.boot(), power, { fault, at, forever }, () => fired++),
            gift,
          );
          requireCode(error);
          requireState(killed(power.moment()), promised, hashes);
          requireState(lost(power.moment()), promised, hashes);
          const db = openOn(power.boot());
          if (db.lastHeight === 0n) assert.ok(receive(db, gift));
          assert.equal(runBlock(db, 9n), hashes[9]);
          const after = requireState(lost(power.moment()), 9n, hashes);
          assert.deepEqual(after.snapshots.heights, [8n]);
          assert.equal(after.snapshots.offered.length, 1);
          faults += fired;
        }
      }
      assert.ok(faults > 15, `faults: ${faults}`);
      context.diagnostic(`reliability: disk faults of a join: ${fault} = ${faults}`);
    });
  }

  it("writes that take half of the bytes at a time: log and snapshots are whole", async () => {
    const power = PowerDisk.of(new Map(), folders);
    const { promised, error } = await runUntilFault(
      failing(power.boot(), power, { fault: "short", at: 0, forever: true }),
    );
    assert.equal(error, undefined);
    assert.equal(promised, blocks);
    const files = lost(power.moment());
    const snapshots = [...files.keys()].filter((path) => path.endsWith(".snap"));
    assert.ok(snapshots.length > 0);
    const { offered } = requireState(files, blocks, hashes).snapshots;
    assert.equal(offered.length, snapshots.length);
    for (const { height, manifest } of offered)
      for (const [i, hash] of manifest.chunks.entries())
        assert.equal(toHex(digest(chunkOf(files, height, i))), toHex(hash));
    // Without the log they alone must give their height.
    const alone = new Map([...files].filter(([path]) => snapshots.includes(path)));
    assert.equal(openOn(PowerDisk.of(alone, folders).boot()).lastHeight, blocks);
  });

  it("a record that a killed process left unsynced is made durable before others build on it", () => {
    const power = PowerDisk.of(new Map(), folders);
    const first = openOn(power.boot());
    runBlock(first, 1n);
    power.onStep = (step) => {
      if (step === "sync") throw new Error("killed before the sync");
    };
    assert.throws(() => runBlock(first, 2n), DbError);
    power.onStep = () => undefined;
    const second = openOn(power.boot());
    assert.equal(second.lastHeight, 2n);
    // CometBFT was told height 2.
    requireState(lost(power.moment()), 2n, hashes);
  });

  for (const step of ["create", "write", "sync", "syncFolder"]) {
    it(`a node that joined by a snapshot and dies in its first record (${step}) is not thrown back to nothing`, async () => {
      const [gift = assert.fail("no gift")] = await giftsAt([8n]);
      const power = PowerDisk.of(new Map(), folders);
      const first = openOn(power.boot());
      assert.ok(receive(first, gift));
      power.onStep = (now) => {
        if (now === step) throw new Error(`killed before ${step}`);
      };
      assert.throws(() => runBlock(first, 9n), DbError);
      power.onStep = () => undefined;
      const moment = power.moment();
      for (const files of [killed(moment), lost(moment)]) {
        const db = requireState(files, 8n, hashes);
        const next = db.lastHeight + 1n;
        assert.equal(runBlock(db, next), hashes[Number(next)]);
      }
    });
  }

  it("a lost sector of the last, unfinished record costs that record alone", () => {
    const power = PowerDisk.of(new Map(), folders);
    const db = openOn(power.boot());
    for (let height = 1n; height <= 3n; height++) runBlock(db, height);
    const [path = "", whole = new Uint8Array()] = [...power.files()][0] ?? [];
    runBlock(db, 4n);
    const after = power.files().get(path)?.slice() ?? new Uint8Array();
    assert.ok(after.length - whole.length > 60);
    // The record's first bytes up to the next sector are zeros, its rest came through.
    const edge = whole.length - (whole.length % 512) + 512;
    assert.ok(edge < after.length && edge - whole.length >= 16, "the record crosses a sector");
    after.fill(0, whole.length, edge);
    const recovered = openOn(PowerDisk.of(new Map([[path, after]]), folders).boot());
    assert.equal(recovered.lastHeight, 3n);
  });
});

describe("T7: a real disk that is full or read-only", () => {
  const extension = import.meta.url.slice(-3);
  const child = fileURLToPath(new URL(`../support/fullDisk${extension}`, import.meta.url));
  const probe = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
  const skip = probe.status === 0 ? false : "needs user and mount namespaces (unshare -rm)";

  it(
    "the node stops with an E-code and goes on with the same state once there is room",
    { skip },
    async () => {
      await withFolder((dir) => {
        const script = 'mount -t tmpfs -o size=200k tmpfs "$1" && exec "$2" $3 "$4" "$1"';
        const { status, stdout, stderr } = spawnSync(
          "unshare",
          [
            ...["-rm", "sh", "-c", script, "sh", dir, process.execPath],
            ...[process.execArgv.join(" "), child],
          ],
          { encoding: "utf8" },
        );
        assert.equal(status, 0, stderr);
        const told = JSON.parse(stdout) as Record<string, unknown>;
        assert.equal(told["full"], "E1409");
        assert.equal(told["stillFull"], "E1431");
        assert.equal(told["readOnly"], "E1431");
        assert.equal(told["twoOpeners"], "E1402");
        assert.equal(told["otherChain"], "E1420");
        assert.equal(told["same"], true, stdout);
      });
    },
  );
});

describe(`T7: the wall clock jumps, seed ${seed}`, () => {
  it("ten years back and forth at every look: the same app hashes", async () => {
    const comet = new CometRole(seededRandom(seed));
    const jump = `let n = 0; const { now } = Date; Date.now = () => now() + (n++ % 2 ? 1 : -1) * 3e11;`;
    const preload = `--import data:text/javascript,${encodeURIComponent(jump)}`;
    const never = { kind: "request", count: Infinity, afterMs: 0 } as const;
    try {
      const life = await comet.live(never, 12n, { NODE_OPTIONS: preload });
      assert.deepEqual(life, { killed: false, height: 12n });
      assert.equal((await comet.live(never, 14n)).height, 14n);
    } finally {
      comet.remove();
    }
  });
});

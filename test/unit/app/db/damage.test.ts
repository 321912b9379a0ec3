import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DbError, inspectDb } from "../../../../app/db/index.ts";
import { encodeRecord, scanRecord } from "../../../../app/db/record.ts";
import type { LogRecord } from "../../../../app/db/record.ts";
import { concatBytes, toHex } from "../../../../core/bytes.ts";
import { copyFolder, open, runBlock, runBlocks, withFolder } from "../../../support/storeChain.ts";

type Folder = {
  /** A folder with the chain of the test, changed by `change`; open() is tried on it. */
  readonly copy: (change: (changes: string, dir: string) => void) => string;
  readonly hashes: readonly string[];
};

async function withChain(
  blocks: bigint,
  use: (folder: Folder) => Promise<void> | void,
  options: Parameters<typeof open>[1] = {},
  snapshots: readonly bigint[] = [],
): Promise<void> {
  await withFolder(async (dir) => {
    const origin = join(dir, "origin");
    mkdirSync(origin);
    const db = open(origin, options);
    const hashes: string[] = [];
    for (let height = 1n; height <= blocks; height++) {
      hashes.push(runBlock(db, height));
      if (snapshots.includes(height)) await db.takeSnapshot();
    }
    await db.close();
    let count = 0;
    const copy: Folder["copy"] = (change) => {
      const target = copyFolder(origin, join(dir, `copy-${count++}`));
      change(join(target, "changes"), target);
      return target;
    };
    await use({ copy, hashes });
  });
}

function onlyFile(dir: string): string {
  const [name = "", ...more] = readdirSync(dir);
  assert.equal(more.length, 0);
  return join(dir, name);
}

/** Offsets of the records of a segment, and its length at the end. */
function offsets(bytes: Uint8Array): number[] {
  const found = [0];
  for (let at = 0; at < bytes.length;) {
    const scanned = scanRecord(bytes, at);
    assert.equal(scanned.kind, "record");
    at = scanned.end;
    found.push(at);
  }
  return found;
}

function splitRecords(bytes: Uint8Array): Uint8Array[] {
  const at = offsets(bytes);
  return at.slice(1).map((end, i) => bytes.slice(at[i], end));
}

function refuses(dir: string, code: string, options: Parameters<typeof open>[1] = {}): DbError {
  let thrown: unknown;
  assert.throws(
    () => open(dir, options),
    (error) => {
      thrown = error;
      return error instanceof DbError;
    },
  );
  assert.ok(thrown instanceof DbError);
  assert.equal(thrown.code, code, thrown.message);
  assert.ok(thrown.where.length > 0 && thrown.fix.length > 0);
  return thrown;
}

describe("db: a crash in the middle of an append", () => {
  it("B25: a record torn at any byte is cut off and the block before is the last", async () => {
    await withChain(3n, async ({ copy, hashes }) => {
      const whole = readFileSync(
        onlyFile(
          join(
            copy(() => undefined),
            "changes",
          ),
        ),
      );
      const [, , from = 0, end = 0] = offsets(whole);
      for (let length = from; length < end; length++) {
        const dir = copy((changes) => {
          writeFileSync(onlyFile(changes), whole.subarray(0, length));
        });
        const warnings: string[] = [];
        const db = open(dir, { log: (_, message) => warnings.push(message) });
        assert.equal(db.lastHeight, 2n);
        assert.equal(toHex(db.appHash), hashes[1]);
        assert.equal(warnings.length, length === from ? 0 : 1);
        assert.equal(runBlock(db, 3n), hashes[2]);
        await db.close();
        assert.deepEqual(readFileSync(onlyFile(join(dir, "changes"))), whole);
        rmSync(dir, { recursive: true });
      }
      assert.ok(end - from > 200);
    });
  });

  it("B25: a length that came before the data reads as zeros: height 2, or a refusal, never a guess", async () => {
    await withChain(3n, async ({ copy, hashes }) => {
      const whole = readFileSync(
        onlyFile(
          join(
            copy(() => undefined),
            "changes",
          ),
        ),
      );
      const [, , from = 0, end = 0] = offsets(whole);
      for (let kept = from; kept < end; kept++) {
        const dir = copy((changes) => {
          writeFileSync(onlyFile(changes), Buffer.from(whole).fill(0, kept));
        });
        if (kept > from && kept < from + 12) refuses(dir, "E1419");
        else if (kept > end - 32) refuses(dir, "E1419");
        else {
          const db = open(dir);
          assert.equal(toHex(db.appHash), hashes[1]);
          await db.close();
        }
        rmSync(dir, { recursive: true });
      }
    });
  });

  it("a crash after the creation of a segment, or within its first record, loses one block at most", async () => {
    const options = { segmentBytes: 1 };
    await withChain(
      4n,
      async ({ copy, hashes }) => {
        for (const length of [0, 5, 100]) {
          const dir = copy((changes) => {
            const last = join(changes, readdirSync(changes).at(-1) ?? "");
            writeFileSync(last, readFileSync(last).subarray(0, length));
          });
          const db = open(dir, options);
          assert.equal(db.lastHeight, 3n);
          assert.equal(runBlock(db, 4n), hashes[3]);
          await db.close();
          const again = open(dir, options);
          assert.equal(toHex(again.appHash), hashes[3]);
          await again.close();
        }
      },
      options,
    );
  });

  it("an unfinished state snapshot is removed and not read", async () => {
    await withChain(3n, async ({ copy }) => {
      const dir = copy((_, root) => {
        writeFileSync(join(root, "state-snapshots", `${"2".padStart(20, "0")}.snap.tmp`), "half");
      });
      const db = open(dir);
      assert.deepEqual(readdirSync(join(dir, "state-snapshots")), []);
      await db.close();
    });
  });
});

describe("db: damage of the log", () => {
  it("B25: a flipped bit in any byte of any record is refused", async () => {
    await withChain(3n, ({ copy }) => {
      const dir = copy(() => undefined);
      const path = onlyFile(join(dir, "changes"));
      const whole = readFileSync(path);
      for (let at = 0; at < whole.length; at++) {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        writeFileSync(path, flipped);
        const error = refuses(dir, "E1419");
        assert.match(error.where, /byte [0-9]+$/);
      }
      // The refusal itself changed nothing.
      writeFileSync(path, whole);
      assert.deepEqual(inspectDb(dir, { chainId: "assay-test-1" }).problem, undefined);
    });
  });

  const orders: readonly (readonly [string, readonly number[]])[] = [
    ["reordered", [0, 2, 1, 3]],
    ["doubled", [0, 1, 1, 2, 3]],
    ["missing", [0, 2, 3]],
    ["put before the first", [3, 0, 1, 2, 3]],
    ["missing at the start", [1, 2, 3]],
  ];
  for (const [name, order] of orders) {
    it(`a record that is ${name} is refused`, async () => {
      await withChain(4n, ({ copy }) => {
        const dir = copy((changes) => {
          const records = splitRecords(readFileSync(onlyFile(changes)));
          const moved = order.map((i) => records[i] ?? new Uint8Array(0));
          writeFileSync(onlyFile(changes), concatBytes(...moved));
        });
        refuses(dir, "E1408");
      });
    });
  }

  it("a missing segment is refused, the first one too", async () => {
    const options = { segmentBytes: 1 };
    await withChain(
      5n,
      ({ copy }) => {
        for (const [gone, code] of [
          [0, "E1419"],
          [2, "E1408"],
        ] as const) {
          const dir = copy((changes) => {
            rmSync(join(changes, readdirSync(changes)[gone] ?? ""));
          });
          refuses(dir, code, options);
        }
        const renamed = copy((changes) => {
          const [, second = ""] = readdirSync(changes);
          renameSync(join(changes, second), join(changes, `${"77".padStart(20, "0")}.log`));
        });
        refuses(renamed, "E1408", options);
      },
      options,
    );
  });

  it("a record of the same height from another history is refused", async () => {
    await withChain(3n, async ({ copy }) => {
      await withFolder(async (other) => {
        const db = open(other);
        runBlock(db, 1n, 9);
        runBlock(db, 2n, 9);
        runBlock(db, 3n, 9);
        await db.close();
        const foreign = splitRecords(readFileSync(onlyFile(join(other, "changes"))));
        const dir = copy((changes) => {
          const own = splitRecords(readFileSync(onlyFile(changes)));
          writeFileSync(
            onlyFile(changes),
            concatBytes(...own.slice(0, 2), foreign[2] ?? new Uint8Array(0)),
          );
        });
        refuses(dir, "E1408");
      });
    });
  });

  it("the log of another chain is refused", async () => {
    await withChain(3n, ({ copy }) => {
      refuses(
        copy(() => undefined),
        "E1420",
        { chainId: "assay-test-2" },
      );
    });
  });

  it("a recorded app hash that the changes do not give is refused, at whatever height it stands", async () => {
    await withChain(4n, ({ copy }) => {
      for (const wrong of [0, 2, 3]) {
        const dir = copy((changes) => {
          let previous: Uint8Array = new Uint8Array(32);
          const records = splitRecords(readFileSync(onlyFile(changes))).map((bytes, i) => {
            const scanned = scanRecord(bytes, 0);
            assert.equal(scanned.kind, "record");
            const appHash = scanned.record.appHash.slice();
            if (i === wrong) appHash[0] = (appHash[0] ?? 0) ^ 1;
            const record: LogRecord = { ...scanned.record, previous, appHash };
            const encoded = encodeRecord(record);
            previous = encoded.slice(-32);
            return encoded;
          });
          writeFileSync(onlyFile(changes), concatBytes(...records));
        });
        const error = refuses(dir, "E1403");
        assert.match(error.message, new RegExp(`height ${wrong + 1}:`));
      }
    });
  });
});

describe("db: damage of state snapshots", () => {
  const options = { keepVersions: 2, segmentBytes: 1 };

  it("a flipped bit anywhere makes a restart use an older snapshot", async () => {
    await withChain(
      12n,
      async ({ copy, hashes }) => {
        const dir = copy(() => undefined);
        const names = readdirSync(join(dir, "state-snapshots"));
        assert.equal(names.length, 2);
        const path = join(dir, "state-snapshots", names[1] ?? "");
        const whole = readFileSync(path);
        for (let at = 0; at < whole.length; at += 3) {
          const flipped = Buffer.from(whole);
          flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
          writeFileSync(path, flipped);
          const warnings: string[] = [];
          const db = open(dir, { ...options, log: (_, message) => warnings.push(message) });
          assert.equal(toHex(db.appHash), hashes[11]);
          assert.equal(warnings.length, 1);
          await db.close();
        }
      },
      options,
      [4n, 8n],
    );
  });

  it("without an intact snapshot and the log before it the start is refused", async () => {
    await withChain(
      12n,
      ({ copy }) => {
        const dir = copy((changes, root) => {
          for (const name of readdirSync(changes).slice(0, 3)) rmSync(join(changes, name));
          for (const name of readdirSync(join(root, "state-snapshots"))) {
            const path = join(root, "state-snapshots", name);
            writeFileSync(path, readFileSync(path).fill(0, 100, 140));
          }
        });
        refuses(dir, "E1419", options);
      },
      options,
      [4n, 8n],
    );
  });

  it("a snapshot of other stores is refused as that", async () => {
    await withChain(
      12n,
      ({ copy }) => {
        const dir = copy((changes) => {
          for (const name of readdirSync(changes).slice(0, 3)) rmSync(join(changes, name));
        });
        refuses(dir, "E1411", { ...options, stores: ["acc", "bank"] });
      },
      options,
      [8n],
    );
  });
});

describe("db: a log without trouble", () => {
  it("reads the same through inspectDb", async () => {
    await withFolder(async (dir) => {
      const db = open(dir, { segmentBytes: 800 });
      runBlocks(db, 9n);
      await db.takeSnapshot();
      await db.close();
      const files = inspectDb(dir, { chainId: "assay-test-1" });
      assert.deepEqual(files, {
        firstHeight: 1n,
        lastHeight: 9n,
        snapshots: [9n],
        problem: undefined,
      });
    });
  });
});

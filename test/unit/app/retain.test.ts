import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { ChainState } from "../../../app/appState.ts";
import { paramsOfGenesis } from "../../../app/genesis/params.ts";
import { Retention, TimeMarks } from "../../../app/retain.ts";
import { ConsensusParams } from "../../../proto/cosmos.ts";

type Case = {
  readonly minRetainBlocks?: bigint;
  readonly ageBlocks?: bigint;
  readonly ageSeconds?: bigint;
  readonly snapshots?: readonly bigint[] | undefined;
  readonly file?: string;
};

function retention(fields: Case): Retention {
  const { minRetainBlocks = 10n, ageBlocks = 5n, ageSeconds = 0n, snapshots } = fields;
  const params = ConsensusParams.fromPartial({
    evidence: {
      maxAgeNumBlocks: ageBlocks,
      maxAgeDuration: { seconds: ageSeconds, nanos: 0 },
      maxBytes: 1n,
    },
  });
  const config = { minRetainBlocks, timeMarksFile: fields.file };
  const db = snapshots === undefined ? {} : { snapshots: { heights: snapshots } };
  return new Retention({ config, params, db } as unknown as ChainState);
}

/** A block a second, from 1 to `last`. */
function run(one: Retention, last: number, from = 1): bigint {
  let kept = 0n;
  for (let height = from; height <= last; height++) {
    kept = one.heightAfter(BigInt(height), 1_000n * BigInt(height));
  }
  return kept;
}

describe("app: which blocks CometBFT may drop", () => {
  it("none by default, none before there are more than asked for", () => {
    assert.equal(run(retention({ minRetainBlocks: 0n }), 100), 0n);
    assert.equal(run(retention({}), 10), 0n);
  });

  it("those below the height less min-retain-blocks", () => {
    assert.equal(run(retention({}), 100), 90n);
  });

  it("not those that evidence may name by its age in blocks", () => {
    assert.equal(run(retention({ ageBlocks: 60n }), 100), 40n);
  });

  it("keeps what evidence may still need in time, although it is old in blocks", () => {
    const kept = run(retention({ ageSeconds: 50n }), 100);
    assert.ok(kept > 40n && kept <= 50n, String(kept));
    assert.equal(run(retention({ ageSeconds: 500n }), 100), 0n);
  });

  it("keeps what follows the oldest snapshot, and everything while there is none", () => {
    assert.equal(run(retention({ snapshots: [30n, 60n] }), 100), 30n);
    assert.equal(run(retention({ snapshots: [] }), 100), 0n);
  });

  it("writes no marks where evidence has no age in time", () => {
    const dir = mkdtempSync(join(tmpdir(), "assay-retain-"));
    try {
      run(retention({ file: join(dir, "marks") }), 20);
      assert.deepEqual(readdirSync(dir), []);
      run(retention({ file: join(dir, "marks"), ageSeconds: 50n }), 20);
      assert.deepEqual(readdirSync(dir), ["marks"]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("moves in steps of a tenth", () => {
    const one = retention({ minRetainBlocks: 200n });
    const seen = new Set<bigint>();
    for (let height = 1n; height <= 300n; height++) seen.add(one.heightAfter(height, height));
    assert.deepEqual([...seen], [0n, 20n, 40n, 60n, 80n, 100n]);
  });

  it("knows the times of old blocks after a restart, and keeps more when the file is lost or torn", () => {
    const dir = mkdtempSync(join(tmpdir(), "assay-retain-"));
    const file = join(dir, "times");
    const fields = { ageSeconds: 50n, file };
    const before = run(retention(fields), 100);
    const again = retention(fields).heightAfter(101n, 101_000n);
    assert.ok(again >= before && again <= 51n, String(again));
    writeFileSync(file, "12 x\n-1 5\n40 40000\n7");
    assert.equal(retention(fields).heightAfter(102n, 102_000n), 41n);
    rmSync(dir, { recursive: true });
    assert.equal(run(retention({ ageSeconds: 50n }), 120, 101), 0n);
  });

  it("a line that a power cut tore says nothing: block 90 is not as old as its first digits", () => {
    const dir = mkdtempSync(join(tmpdir(), "assay-retain-"));
    const file = join(dir, "times");
    writeFileSync(file, "40 40000\n90 9000");
    const fields = { ageSeconds: 50n, file };
    assert.equal(retention(fields).heightAfter(102n, 102_000n), 41n);
    rmSync(dir, { recursive: true });
  });

  it("a disk that takes no marks does not stop the node: it keeps what it knows in memory", () => {
    const file = join(tmpdir(), "assay-no-such-folder", "times");
    const kept = run(retention({ ageSeconds: 50n, file }), 100);
    assert.equal(kept, run(retention({ ageSeconds: 50n }), 100));
  });

  it("holds few marks, however long the chain", () => {
    const marks = new TimeMarks(undefined, 64_000n);
    for (let height = 1n; height <= 10_000n; height++) marks.note(height, height * 1_000n);
    assert.equal(marks.firstYoung(10_000_000n), 9_936n);
    assert.ok(marks.count <= 70, String(marks.count));
  });
});

describe("app: consensus parameters of a genesis file", () => {
  it("are those that CometBFT hands to InitChain, its own where the file has none", () => {
    const own = paramsOfGenesis({
      block: { max_bytes: "4194304", max_gas: "-1" },
      evidence: {
        max_age_num_blocks: "100",
        max_age_duration: "1500000000",
        max_bytes: "1048576",
      },
      validator: { pub_key_types: ["ed25519"] },
      version: { app: "0" },
      abci: { vote_extensions_enable_height: "0" },
    });
    assert.deepEqual(own.evidence?.maxAgeDuration, { seconds: 1n, nanos: 500_000_000 });
    assert.deepEqual(own.block, { maxBytes: 4_194_304n, maxGas: -1n });
    assert.deepEqual(own.validator?.pubKeyTypes, ["ed25519"]);
    assert.deepEqual([own.version?.app, own.abci?.voteExtensionsEnableHeight], [0n, 0n]);
    assert.equal(paramsOfGenesis(undefined).evidence?.maxAgeNumBlocks, 100_000n);
    assert.throws(
      () => paramsOfGenesis({ block: { max_bytes: "many" } }),
      /expected a whole number/,
    );
  });
});

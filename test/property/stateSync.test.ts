import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { compareAscii, toHex, utf8Encode } from "../../core/bytes.ts";
import type { StoreKey } from "../../core/store/kv.ts";
import { ConsensusParams } from "../../proto/cosmos.ts";
import {
  chainDigest,
  chunkBytes,
  decodeManifest,
  digest,
  encodeManifest,
  type Manifest,
} from "../../app/db/index.ts";
import { Replica, testRegistry } from "../support/driverReplica.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { infoRequest, join, served, type Outcome, type Served } from "../support/stateSync.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const dice = seededRandom(seed);
const perKind = 50;
const params = ConsensusParams.fromPartial({ block: { maxGas: -1n, maxBytes: 4_194_304n } });

const newReplica = (chainId: string): Replica =>
  new Replica({ chainId, storage: "disk", minGasPrices: [], params });

/** A few blocks of random writes, more than two chunks of them, and their snapshot. */
async function writtenBy(replica: Replica, salt: string): Promise<void> {
  const { db } = replica;
  const stores = testRegistry().stores.toSorted(compareAscii);
  const meta = ConsensusParams.encode(params).finish();
  for (let height = 1n; height <= 4n; height++) {
    const changes = stores.map((store, at) => ({
      store,
      // One store stays empty: that has a root of its own kind.
      changes: Array.from({ length: at === 0 ? 0 : 40 }, (_, i) => ({
        key: `${String(i).padStart(3, "0")}` as StoreKey,
        value: utf8Encode(`${salt} ${height} ${dice(1e6)} ${"x".repeat(at === 1 ? 60_000 : 20)}`),
      })),
    }));
    db.multistore.stage(height, changes);
    db.commit({ height, timeMs: 1_000n * height, meta });
  }
  await db.takeSnapshot();
}

/** The snapshot with another body, which a liar describes as it should be. */
function described(true_: Served, body: Uint8Array, edit: Partial<Manifest> = {}): Served {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += chunkBytes) {
    chunks.push(body.slice(at, at + chunkBytes));
  }
  const manifest = {
    ...decodeManifest(true_.snapshot.metadata),
    ...{ bodyBytes: body.length, chunks: chunks.map(digest) },
    ...edit,
  };
  const metadata = encodeManifest(manifest);
  const { height } = manifest;
  const snapshot = { ...true_.snapshot, height, metadata, hash: digest(metadata) };
  return { snapshot: { ...snapshot, chunks: chunks.length }, chunks };
}

const bodyOf = ({ chunks }: Served): Uint8Array => Buffer.concat(chunks);

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const at = dice(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << dice(8));
  return copy;
}

/** Cuts a random piece out, or puts one in, or both. */
function spliced(bytes: Uint8Array, removed: number, added: number): Uint8Array {
  const at = dice(bytes.length - removed);
  const piece = Uint8Array.from({ length: added }, () => dice(256));
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + removed)]);
}

function withChunk(true_: Served, index: number, chunk: Uint8Array): Served {
  return { ...true_, chunks: true_.chunks.map((one, i) => (i === index ? chunk : one)) };
}

describe("T9: corrupted snapshots", () => {
  let good: Served;
  let foreign: Served;
  let appHash: Uint8Array;
  let otherHash: Uint8Array;
  let joiner: Replica;
  const replicas: Replica[] = [];

  before(async () => {
    for (const [chainId, salt] of [
      ["assay-test-1", "own"],
      ["assay-test-2", "foreign"],
      ["assay-test-1", "other"],
    ] as const) {
      const replica = newReplica(chainId);
      replicas.push(replica);
      await writtenBy(replica, salt);
    }
    const [own, alien, other] = replicas;
    assert.ok(own !== undefined && alien !== undefined && other !== undefined);
    good = served(own.app);
    foreign = served(alien.app);
    appHash = own.db.appHash;
    otherHash = other.db.appHash;
    joiner = newReplica("assay-test-1");
    replicas.push(joiner);
    assert.ok(good.chunks.length >= 3, `expected 3 chunks, got ${good.chunks.length}`);
  });

  after(async () => {
    for (const replica of replicas) await replica.stop();
  });

  type Kind = readonly [name: string, expected: readonly Outcome[], attempt: () => Outcome];

  const random = (): number => dice(good.chunks.length);
  const chunk = (index: number): Uint8Array => good.chunks[index] ?? new Uint8Array();
  const tryJoin = (one: Served, order?: readonly number[], hash = appHash): Outcome =>
    join(joiner.app, one, hash, order);
  const forged = (body: Uint8Array, edit: Partial<Manifest> = {}): Outcome =>
    tryJoin(described(good, body, edit));

  const kinds: readonly Kind[] = [
    [
      "a bit of a chunk",
      ["chunk retried"],
      () => {
        const i = random();
        return tryJoin(withChunk(good, i, flipped(chunk(i))));
      },
    ],
    [
      "a cut chunk",
      ["chunk retried"],
      () => {
        const i = random();
        return tryJoin(withChunk(good, i, chunk(i).slice(0, dice(chunk(i).length))));
      },
    ],
    [
      "an oversized chunk",
      ["chunk retried"],
      () => {
        const i = random();
        return tryJoin(withChunk(good, i, Buffer.concat([chunk(i), new Uint8Array(1 + dice(9))])));
      },
    ],
    [
      "reordered chunks",
      ["chunk retried"],
      () => {
        const first = random();
        const order = good.chunks.map((_, i) => i);
        const second = (first + 1 + dice(order.length - 1)) % order.length;
        [order[first], order[second]] = [second, first];
        return tryJoin(good, order);
      },
    ],
    [
      "a chunk twice",
      ["chunk retried"],
      () => {
        const order = good.chunks.map((_, i) => i);
        const at = 1 + dice(order.length - 1);
        order.splice(at, 0, at - 1);
        return tryJoin(good, order);
      },
    ],
    [
      "missing chunks",
      ["incomplete"],
      () => tryJoin(good, good.chunks.map((_, i) => i).slice(0, random())),
    ],
    [
      "a body with a wrong bit, described as right",
      ["snapshot rejected"],
      () => forged(flipped(bodyOf(good))),
    ],
    [
      "a body with bytes missing, described as right",
      ["snapshot rejected"],
      () => forged(spliced(bodyOf(good), 1 + dice(100), 0)),
    ],
    [
      "a body with bytes more, described as right",
      ["snapshot rejected"],
      () => forged(spliced(bodyOf(good), 0, 1 + dice(100))),
    ],
    [
      "a body with other bytes, described as right",
      ["snapshot rejected"],
      () => forged(spliced(bodyOf(good), 64, 64)),
    ],
    [
      "a body with more after its end",
      ["snapshot rejected"],
      () => forged(Buffer.concat([bodyOf(good), new Uint8Array(1 + dice(2_000_000))])),
    ],
    [
      "the right count of chunks with wrong hashes",
      ["chunk retried"],
      () => {
        const { chunks } = decodeManifest(good.snapshot.metadata);
        const i = random();
        const hashes = chunks.map((hash, at) => (at === i ? flipped(hash) : hash));
        const lie = described(good, bodyOf(good), { chunks: hashes });
        return tryJoin({ ...lie, chunks: good.chunks });
      },
    ],
    [
      "a bit of the metadata",
      ["sender rejected"],
      () =>
        tryJoin({
          ...good,
          snapshot: { ...good.snapshot, metadata: flipped(good.snapshot.metadata) },
        }),
    ],
    [
      "a bit of the metadata, its hash made anew",
      ["sender rejected", "chunk retried", "offer rejected"],
      () => {
        const metadata = flipped(good.snapshot.metadata);
        return tryJoin({
          ...good,
          snapshot: { ...good.snapshot, metadata, hash: digest(metadata) },
        });
      },
    ],
    [
      "a wrong height",
      ["sender rejected"],
      () =>
        tryJoin(
          described(good, bodyOf(good), { height: 5n + BigInt(dice(1000)) }),
          undefined,
          otherHash,
        ),
    ],
    [
      "a root that is not of the app hash",
      ["sender rejected"],
      () => {
        const { stores } = decodeManifest(good.snapshot.metadata);
        const at = 1 + dice(stores.length - 1);
        const lies = stores.map(
          ([name, root], i) => [name, i === at ? flipped(root) : root] as const,
        );
        return forged(bodyOf(good), { stores: lies });
      },
    ],
    [
      "a wrong count of chunks",
      ["sender rejected"],
      () => {
        const { snapshot } = good;
        return tryJoin({
          ...good,
          snapshot: { ...snapshot, chunks: snapshot.chunks + 1 + dice(9) },
        });
      },
    ],
    ["a foreign chain", ["sender rejected"], () => tryJoin(foreign)],
    [
      "a foreign chain that says it is this one",
      ["sender rejected"],
      () => tryJoin(described(foreign, bodyOf(foreign), { chain: chainDigest("assay-test-1") })),
    ],
    [
      "the foreign trees under the roots of this chain",
      ["snapshot rejected"],
      () => forged(bodyOf(foreign)),
    ],
    [
      "another format",
      ["format rejected"],
      () => tryJoin({ ...good, snapshot: { ...good.snapshot, format: 2 + dice(1000) } }),
    ],
    [
      "a size beyond every limit",
      ["offer rejected", "sender rejected"],
      () => {
        const bodyBytes = 2 ** (31 + dice(20));
        const metadata = encodeManifest({ ...decodeManifest(good.snapshot.metadata), bodyBytes });
        return tryJoin({
          ...good,
          snapshot: { ...good.snapshot, metadata, hash: digest(metadata) },
        });
      },
    ],
  ];

  let refused = 0;
  for (const [name, expected, attempt] of kinds) {
    it(`${name}: ${perKind} times refused (TEST_SEED=${seed})`, () => {
      for (let i = 0; i < perKind; i++) {
        const outcome = attempt();
        assert.ok(expected.includes(outcome), `${name}, try ${i}: ${outcome}`);
        assert.equal(joiner.app.info(infoRequest).lastBlockHeight, 0n);
        refused += 1;
      }
      joiner.state.alarms.length = 0;
    });
  }

  it("after all of them the true one is taken, and nothing else had been", (context) => {
    assert.ok(refused >= 1_000, `expected 1,000 corrupted restores, got ${refused}`);
    assert.equal(tryJoin(good), "accepted");
    const { lastBlockHeight, lastBlockAppHash } = joiner.app.info(infoRequest);
    assert.deepEqual([lastBlockHeight, toHex(lastBlockAppHash)], [4n, toHex(appHash)]);
    context.diagnostic(`reliability: corrupted restores refused = ${refused}`);
    context.diagnostic("reliability: corrupted restores accepted = 0");
  });
});

import assert from "node:assert/strict";
import {
  appHashOf,
  chunkBytes,
  decodeManifest,
  decodeSidecar,
  digest,
  encodeManifest,
  encodeSidecar,
  MalformedError,
  type Manifest,
} from "../../../app/db/index.ts";
import { compareAscii, equalBytes, utf8Encode } from "../../../core/bytes.ts";
import type { StoreKey } from "../../../core/store/kv.ts";
import { ConsensusParams } from "../../../proto/cosmos.ts";
import { Replica, testRegistry } from "../../support/driverReplica.ts";
import { join, served, type Outcome, type Served } from "../../support/stateSync.ts";
import { editBytes, randomBytes, type Random } from "../bytesEdits.ts";
import type { Target, Verdict } from "../harness.ts";

const params = ConsensusParams.fromPartial({ block: { maxGas: -1n, maxBytes: 4_194_304n } });
const chainId = "assay-test-1";
const kinds = ["manifest", "sidecar", "offer", "described offer", "body"] as const;

/**
 * What a node that joins is sent by its peers, and what lies beside a snapshot on its own disk. The first byte of an
 * input says which; offers and bodies go to the real app, described as a liar would: hashes and counts as they should be.
 */
export const peerSnapshotsTarget: Target = {
  name: "snapshots of peers",
  inputs: 100_000,
  async make(random) {
    const giver = new Replica({ chainId, storage: "disk", minGasPrices: [], params });
    const joiner = new Replica({ chainId, storage: "disk", minGasPrices: [], params });
    const truth = new Truth(await write(giver, random), giver.db.appHash);
    const facts: Record<string, number> = {};
    return {
      next: () => nextInput(random, truth),
      run(input) {
        const kind = kinds[input[0] ?? 0] ?? "manifest";
        const bytes = input.subarray(1);
        const verdict = judges[kind](bytes, truth, joiner);
        // One of them each for what was refused; they say why, in words.
        joiner.state.alarms.length = 0;
        const fact = `${kind} ${verdict}`;
        facts[fact] = (facts[fact] ?? 0) + 1;
        return verdict;
      },
      async end() {
        // Nothing of all that was taken: it still joins.
        assert.equal(join(joiner.app, truth.served, truth.appHash), "accepted");
        for (const replica of [giver, joiner]) await replica.stop();
      },
      facts: () => facts,
    };
  },
};

/** The one snapshot that the trusted app hash allows. */
class Truth {
  readonly served: Served;
  readonly appHash: Uint8Array;
  readonly manifest: Manifest;
  readonly body: Uint8Array;

  constructor(given: Served, appHash: Uint8Array) {
    this.served = given;
    this.appHash = appHash;
    this.manifest = decodeManifest(given.snapshot.metadata);
    this.body = Buffer.concat(given.chunks);
  }

  /** As somebody offers it who made hash, height and count fit. */
  offered(metadata: Uint8Array, changes: Partial<Served["snapshot"]> = {}): Served {
    const { snapshot, chunks } = this.served;
    return { snapshot: { ...snapshot, metadata, hash: digest(metadata), ...changes }, chunks };
  }
}

type Judge = (bytes: Uint8Array, truth: Truth, joiner: Replica) => Verdict;

const judges: Readonly<Record<(typeof kinds)[number], Judge>> = {
  manifest(bytes) {
    const manifest = manifestOf(bytes);
    if (manifest === undefined) return "rejected";
    const again = encodeManifest(manifest);
    assert.deepEqual(decodeManifest(again), manifest);
    assert.ok(appHashOf(manifest).length > 0);
    return "accepted";
  },

  sidecar(bytes) {
    const sidecar = decodeSidecar(bytes);
    if (sidecar === undefined) return "rejected";
    assert.deepEqual(decodeSidecar(encodeSidecar(sidecar)), sidecar);
    return "accepted";
  },

  offer(metadata, truth, joiner) {
    return offered(truth.offered(metadata), truth, joiner);
  },

  "described offer"(metadata, truth, joiner) {
    const manifest = manifestOf(metadata);
    if (manifest === undefined) return "rejected";
    const { height, chunks } = manifest;
    return offered(truth.offered(metadata, { height, chunks: chunks.length }), truth, joiner);
  },

  body(body, truth, joiner) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < body.length; at += chunkBytes)
      chunks.push(body.subarray(at, at + chunkBytes));
    const described = { bodyBytes: body.length, chunks: chunks.map(digest) };
    const manifest = { ...truth.manifest, ...described };
    if (equalBytes(body, truth.body)) return verified(manifest, chunks, truth, joiner);
    const lie = truth.offered(encodeManifest(manifest), { chunks: chunks.length });
    const outcome = join(joiner.app, { ...lie, chunks }, truth.appHash);
    const allowed: readonly Outcome[] =
      body.length === 0 ? ["sender rejected"] : ["snapshot rejected"];
    assert.ok(allowed.includes(outcome), `a body that is another: ${outcome}`);
    assert.equal(joiner.state.db.lastHeight, 0n);
    return "rejected";
  },
};

function manifestOf(bytes: Uint8Array): Manifest | undefined {
  try {
    return decodeManifest(bytes);
  } catch (error) {
    assert.ok(error instanceof MalformedError, String(error));
    return undefined;
  }
}

/** An offer that is taken names the trusted trees, and the true chunks are asked for by its own hashes. */
function offered(one: Served, truth: Truth, joiner: Replica): Verdict {
  const outcome = join(joiner.app, { ...one, chunks: [] }, truth.appHash, []);
  if (outcome !== "incomplete") {
    assert.match(outcome, /^(?:offer|sender|format) (?:rejected|aborted)$/);
    assert.ok(joiner.state.alarms.length > 0, "expected a reason");
    return "rejected";
  }
  const { stores, chain } = decodeManifest(one.snapshot.metadata);
  assert.deepEqual(stores, truth.manifest.stores);
  assert.deepEqual(chain, truth.manifest.chain);
  const [chunk = new Uint8Array()] = truth.served.chunks;
  const wrong = joiner.app.applySnapshotChunk({ index: 0, chunk: chunk.subarray(1), sender: "x" });
  assert.equal(wrong.result, 3, "a chunk of another length is fetched again");
  return "accepted";
}

/** The true one, up to the trees and no further: who has it does not join again. */
function verified(
  manifest: Manifest,
  chunks: readonly Uint8Array[],
  { appHash }: Truth,
  joiner: Replica,
): Verdict {
  const block = { appHash, timeMs: 1n, meta: ConsensusParams.encode(params).finish() };
  const intake = joiner.db.receive(manifest, block);
  for (const chunk of chunks) assert.ok(intake.append(chunk));
  assert.ok(intake.verify() !== undefined);
  intake.abandon();
  return "accepted";
}

function nextInput(random: Random, truth: Truth): Uint8Array {
  // Trees are read from a file that is written and synced: fewer of those.
  const kind = kinds[random(20) === 0 ? 4 : random(4)] ?? "manifest";
  const metadata = truth.served.snapshot.metadata;
  const sidecar = encodeSidecar({ bodyStart: random(1000), manifest: metadata });
  const seed = kind === "body" ? truth.body : kind === "sidecar" ? sidecar : metadata;
  return Buffer.concat([Uint8Array.of(kinds.indexOf(kind)), changed(random, kind, seed, truth)]);
}

function changed(
  random: Random,
  kind: (typeof kinds)[number],
  seed: Uint8Array,
  truth: Truth,
): Uint8Array {
  const way = random(20);
  if (way === 0) return seed;
  if (kind === "sidecar" && way < 12) {
    // With a right checksum.
    const body = editBytes(random, seed.subarray(0, -32), [truth.served.snapshot.metadata]);
    return Buffer.concat([body, digest(body)]);
  }
  if (kind !== "body" && kind !== "sidecar" && way < 8) return encodeManifest(lie(random, truth));
  return editBytes(random, seed, [truth.served.snapshot.metadata, truth.body]);
}

/** A manifest that is consistent in itself, with fields that a liar chose. */
function lie(random: Random, { manifest }: Truth): Manifest {
  const count = 1 + random(5);
  const hashes = Array.from({ length: count }, () => randomBytes(random, 32));
  const bodyBytes = (count - 1) * chunkBytes + 1 + random(chunkBytes);
  const stores = manifest.stores.map(([name, root], i) =>
    random(60) === i ? ([name, randomBytes(random, random(80))] as const) : ([name, root] as const),
  );
  return {
    chain: random(8) === 0 ? randomBytes(random, 32) : manifest.chain,
    height: random(4) === 0 ? BigInt(random(2 ** 31)) : manifest.height,
    stores: random(8) === 0 ? stores.toSpliced(random(stores.length), 1) : stores,
    ...(random(2) === 0
      ? { bodyBytes, chunks: hashes }
      : {
          bodyBytes: manifest.bodyBytes,
          chunks: manifest.chunks,
        }),
  };
}

/** A few blocks of small writes, and their snapshot. */
async function write(replica: Replica, random: Random): Promise<Served> {
  const stores = testRegistry().stores.toSorted(compareAscii);
  const meta = ConsensusParams.encode(params).finish();
  for (let height = 1n; height <= 3n; height++) {
    const changes = stores.map((store, at) => ({
      store,
      // One store stays empty: that has a root of its own kind.
      changes: Array.from({ length: at === 0 ? 0 : 3 }, (_, i) => ({
        key: `k${i}` as StoreKey,
        value: utf8Encode(`${height} ${random(1e6)}`),
      })),
    }));
    replica.db.multistore.stage(height, changes);
    replica.db.commit({ height, timeMs: 1_000n * height, meta });
  }
  await replica.db.takeSnapshot();
  return served(replica.app);
}

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Response, Snapshot } from "cosmjs-types/tendermint/abci/types";
import { chunkBytes, decodeManifest, digest } from "../../app/db/index.ts";
import { socketPathOf } from "../../cli/home/socket.ts";
import { equalBytes } from "../../core/bytes.ts";
import { AbciClient } from "./abci.ts";
import type { ServeChunk } from "./abciProxy.ts";
import type { SyncNode } from "./syncNet.ts";

type Asked = Parameters<ServeChunk>[0];

/** What peers see of an app's snapshots. */
class Served {
  readonly #node: SyncNode;

  constructor(node: SyncNode) {
    this.#node = node;
  }

  async snapshots(): Promise<Snapshot[]> {
    const [answer] = await this.#ask({ listSnapshots: {} });
    return answer?.listSnapshots?.snapshots ?? assert.fail("no answer");
  }

  async chunks({ height, format, chunks }: Snapshot): Promise<Uint8Array[]> {
    const asked = Array.from({ length: chunks }, (_, chunk) => ({
      loadSnapshotChunk: { height, format, chunk },
    }));
    const answers = await this.#ask(...asked);
    return answers.map(({ loadSnapshotChunk }) => loadSnapshotChunk?.chunk ?? assert.fail());
  }

  async #ask(...requests: Parameters<AbciClient["send"]>): Promise<Response[]> {
    const app = await AbciClient.open(socketPathOf(this.#node.home));
    try {
      app.send(...requests);
      return await app.take(requests.length);
    } finally {
      app.close();
    }
  }
}

/** Two serve the same snapshots; the liar's chunks are bad, and the honest one waits until one was refused. */
export class ChunkLies {
  /** Bad chunks that went out to a peer, and good ones. */
  bad = 0;
  good = 0;
  /** What becomes of a chunk that the liar's app gave. */
  alter: (asked: Asked, chunk: Uint8Array) => Promise<Uint8Array> = async (_, chunk) => chunk;
  readonly #damaged = new Set<bigint>();
  #honest: Served | undefined;
  #refused: () => boolean = () => false;

  /** From now on the honest one is silent until a chunk of the other was refused. */
  begin(honest: SyncNode, refused: () => boolean): void {
    this.#honest = new Served(honest);
    this.#refused = refused;
    this.bad = 0;
    this.good = 0;
  }

  async serve(index: number, asked: Asked, chunk: Uint8Array): Promise<Uint8Array> {
    if (index === 0) {
      while (!this.#refused()) await delay(50, undefined, { ref: false });
      this.good += 1;
      return chunk;
    }
    const sent = await this.alter(asked, chunk);
    const promised = await this.#promised(asked);
    assert.ok(!equalBytes(digest(sent), promised), "expected a bad chunk to be sent");
    this.bad += 1;
    return sent;
  }

  async newest(): Promise<Snapshot> {
    return (await this.#source.snapshots())[0] ?? assert.fail("expected a snapshot");
  }

  /** What the app itself gives once bits of that snapshot's file are flipped. */
  async damaged(
    liar: SyncNode,
    { height, chunk: index }: Asked,
    random: (below: number) => number,
  ): Promise<Uint8Array> {
    if (!this.#damaged.has(height)) flipBits(liar.home, height, random);
    this.#damaged.add(height);
    const served = new Served(liar);
    const snapshot = (await served.snapshots()).find((one) => one.height === height);
    const chunks = await served.chunks(snapshot ?? assert.fail("it is not offered any more"));
    return chunks[index] ?? assert.fail(`no chunk ${index}`);
  }

  /** A whole chunk of a snapshot of another height, with the same length where there is one. */
  async ofAnother(asked: Asked, chunk: Uint8Array): Promise<Uint8Array> {
    const other = (await this.#source.snapshots()).find((one) => one.height !== asked.height);
    const chunks = await this.#source.chunks(other ?? assert.fail("expected a second snapshot"));
    const promised = await this.#promised(asked);
    const bad = chunks.filter((one) => !equalBytes(digest(one), promised));
    return bad.find(({ length }) => length === chunk.length) ?? bad[0] ?? assert.fail();
  }

  async #promised({ height, chunk: index }: Asked): Promise<Uint8Array> {
    const found = (await this.#source.snapshots()).find((one) => one.height === height);
    assert.ok(found !== undefined, `no snapshot of height ${height}`);
    return decodeManifest(found.metadata).chunks[index] ?? assert.fail(`no chunk ${index}`);
  }

  get #source(): Served {
    return this.#honest ?? assert.fail("expected begin() before");
  }
}

/** One bit of every chunk, on disk. */
function flipBits(home: string, height: bigint, random: (below: number) => number): void {
  const folder = path.join(home, "data", "app", "state-snapshots");
  const name = fs.readdirSync(folder).find((one) => BigInt(path.parse(one).name) === height);
  const file = fs.openSync(path.join(folder, name ?? assert.fail(`no file of ${height}`)), "r+");
  const { size } = fs.fstatSync(file);
  // The head before the first chunk and the checksum after the last one are shorter than this.
  for (let start = 4096; start < size - 4096; start += chunkBytes) {
    const at = start + random(Math.min(chunkBytes / 2, size - 4096 - start));
    const byte = Buffer.alloc(1);
    fs.readSync(file, byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ (1 << random(8));
    fs.writeSync(file, byte, 0, 1, at);
  }
  fs.closeSync(file);
}

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import type { Snapshot } from "cosmjs-types/tendermint/abci/types";
import { chunkBytes, decodeManifest, digest } from "../../app/db/index.ts";
import { socketPathOf } from "../../cli/home/socket.ts";
import { equalBytes } from "../../core/bytes.ts";
import { AbciClient } from "./abci.ts";
import type { ServeChunk } from "./abciProxy.ts";
import type { SyncNode } from "./syncNet.ts";

type Asked = Parameters<ServeChunk>[0];

/** Two serve the same snapshots; the second one's chunks are bad, and the first one waits until one has gone out. */
export class ChunkLies {
  /** Bad chunks that went out to a peer, and good ones. */
  bad = 0;
  good = 0;
  /** What the second one makes of a chunk that its app gave. */
  alter: (asked: Asked, chunk: Uint8Array) => Promise<Uint8Array> = async (_, chunk) => chunk;
  readonly #told = new EventEmitter();
  #honest: SyncNode | undefined;

  /** From now on the honest one is silent until the other has lied again. */
  async begin(honest: SyncNode): Promise<void> {
    this.#honest = honest;
    this.bad = 0;
    this.good = 0;
  }

  async serve(index: number, asked: Asked, chunk: Uint8Array): Promise<Uint8Array> {
    if (index === 0) {
      if (this.bad === 0) await once(this.#told, "lie");
      this.good += 1;
      return chunk;
    }
    const sent = await this.alter(asked, chunk);
    const { metadata } = await this.snapshot(asked.height);
    const promised = decodeManifest(metadata).chunks[asked.chunk] ?? assert.fail("no such chunk");
    assert.ok(!equalBytes(digest(sent), promised), "expected a bad chunk to be sent");
    this.bad += 1;
    this.#told.emit("lie");
    return sent;
  }

  async snapshots(): Promise<Snapshot[]> {
    return this.#ask(async (app) => {
      app.send({ listSnapshots: {} });
      const [answer] = await app.take(1);
      return answer?.listSnapshots?.snapshots ?? assert.fail("no answer");
    });
  }

  async snapshot(height: bigint): Promise<Snapshot> {
    const found = (await this.snapshots()).find((one) => one.height === height);
    return found ?? assert.fail(`no snapshot of height ${height}`);
  }

  /** A whole chunk of a snapshot of another height, with the same length where there is one. */
  async ofAnother({ height, format, chunk: index }: Asked, chunk: Uint8Array): Promise<Uint8Array> {
    const other = (await this.snapshots()).find((one) => one.height !== height);
    assert.ok(other !== undefined, "expected a second snapshot");
    const chunks = await this.#ask(async (app) => {
      for (let i = 0; i < other.chunks; i++)
        app.send({ loadSnapshotChunk: { height: other.height, format, chunk: i } });
      const answers = await app.take(other.chunks);
      return answers.map(({ loadSnapshotChunk }) => loadSnapshotChunk?.chunk ?? assert.fail());
    });
    const own = chunks[index];
    if (own !== undefined && !equalBytes(own, chunk)) return own;
    const others = chunks.filter((one) => !equalBytes(one, chunk));
    return others.find(({ length }) => length === chunk.length) ?? others[0] ?? assert.fail();
  }

  async #ask<T>(question: (app: AbciClient) => Promise<T>): Promise<T> {
    const home = this.#honest?.home ?? assert.fail("expected begin() before");
    const app = await AbciClient.open(socketPathOf(home));
    try {
      return await question(app);
    } finally {
      app.close();
    }
  }
}

/** One bit of every chunk of every snapshot of a home, on disk; answers how many. */
export function flipSnapshotBits(home: string, random: (below: number) => number): number {
  const folder = path.join(home, "data", "app", "state-snapshots");
  let flipped = 0;
  for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".snap"))) {
    const file = fs.openSync(path.join(folder, name), "r+");
    const { size } = fs.fstatSync(file);
    // The head before the first chunk and the checksum after the last one are shorter than this.
    for (let start = 4096; start < size - 8192; start += chunkBytes) {
      const at = start + random(Math.min(chunkBytes / 2, size - 4096 - start));
      const byte = Buffer.alloc(1);
      fs.readSync(file, byte, 0, 1, at);
      byte[0] = (byte[0] ?? 0) ^ (1 << random(8));
      fs.writeSync(file, byte, 0, 1, at);
      flipped += 1;
    }
    fs.closeSync(file);
  }
  return flipped;
}

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import {
  Request,
  Response,
  type RequestLoadSnapshotChunk,
} from "cosmjs-types/tendermint/abci/types";
import { FrameReader, frameLength } from "../../app/abci/frames.ts";

/** What a peer is sent instead of the chunk that the app gave; a promise holds the answer back. */
export type ServeChunk = (
  asked: RequestLoadSnapshotChunk,
  chunk: Uint8Array,
) => Uint8Array | Promise<Uint8Array>;

const askTag = firstByte(Request.encode(Request.fromPartial({ loadSnapshotChunk: {} })).finish());
const answerTag = firstByte(
  Response.encode(Response.fromPartial({ loadSnapshotChunk: {} })).finish(),
);

/** Stands between CometBFT and its app: all frames pass as they are, but for the chunks that peers ask for. */
export class AbciProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(appPath: string, serve: ServeChunk) {
    this.#server = createServer((comet) => {
      const app = connect(appPath);
      for (const socket of [comet, app]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.once("close", () => {
          this.#sockets.delete(socket);
          comet.destroy();
          app.destroy();
        });
      }
      join(comet, app, serve);
    });
  }

  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function join(comet: Socket, app: Socket, serve: ServeChunk): void {
  const asked: RequestLoadSnapshotChunk[] = [];
  frames(comet, (frame) => {
    if (frame[0] === askTag) asked.push(Request.decode(frame).loadSnapshotChunk ?? fail());
    write(app, frame);
  });
  // ABCI's answers have no names: whatever is held back holds back all that follow.
  let before = Promise.resolve();
  frames(app, (frame) => {
    before = before.then(async () => {
      if (frame[0] !== answerTag) return write(comet, frame);
      const { chunk } = Response.decode(frame).loadSnapshotChunk ?? fail();
      const loadSnapshotChunk = { chunk: await serve(asked.shift() ?? fail(), chunk) };
      write(comet, Response.encode(Response.fromPartial({ loadSnapshotChunk })).finish());
    });
  });
}

function frames(socket: Socket, take: (frame: Uint8Array) => void): void {
  const reader = new FrameReader();
  socket.on("data", (bytes) => {
    reader.append(bytes);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) take(frame);
  });
}

function write(socket: Socket, frame: Uint8Array): void {
  socket.write(Buffer.concat([frameLength(frame.length), frame]));
}

function firstByte(bytes: Uint8Array): number {
  return bytes[0] ?? fail();
}

function fail(): never {
  throw new Error("proxy: expected a chunk's question before its answer");
}

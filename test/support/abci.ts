import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeepPartial } from "cosmjs-types/helpers";
import { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { FrameReader, frameLength } from "../../app/abci/frames.ts";
import { createServer, type AbciHandlers, type AbciServer } from "../../app/abci/server.ts";

/** Handlers that answer every method with the least that Comet accepts. */
export function plainHandlers(changes: Partial<AbciHandlers> = {}): AbciHandlers {
  const none = new Uint8Array();
  return {
    info: () => ({
      data: "test",
      version: "1",
      appVersion: 1n,
      lastBlockHeight: 0n,
      lastBlockAppHash: none,
    }),
    initChain: () => ({ validators: [], appHash: none }),
    checkTx: () => ({
      code: 0,
      data: none,
      log: "",
      info: "",
      gasWanted: 1n,
      gasUsed: 1n,
      events: [],
      codespace: "",
    }),
    prepareProposal: ({ txs }) => ({ txs }),
    processProposal: () => ({ status: 1 }),
    finalizeBlock: ({ txs }) => ({
      events: [],
      txResults: txs.map(() => ({
        code: 0,
        data: none,
        log: "",
        info: "",
        gasWanted: 1n,
        gasUsed: 1n,
        events: [],
        codespace: "",
      })),
      validatorUpdates: [],
      appHash: none,
    }),
    commit: () => ({ retainHeight: 0n }),
    query: ({ data }) => ({
      code: 0,
      log: "",
      info: "",
      index: 0n,
      key: none,
      value: data,
      height: 1n,
      codespace: "",
    }),
    listSnapshots: () => ({ snapshots: [] }),
    offerSnapshot: () => ({ result: 3 }),
    loadSnapshotChunk: () => ({ chunk: none }),
    applySnapshotChunk: () => ({
      result: 2,
      refetchChunks: [],
      rejectSenders: [],
    }),
    extendVote: () => ({ voteExtension: none }),
    verifyVoteExtension: () => ({ status: 1 }),
    ...changes,
  };
}

export function requestFrame(request: DeepPartial<Request>): Uint8Array {
  const body = Request.encode(Request.fromPartial(request)).finish();
  return Buffer.concat([frameLength(body.length), body]);
}

/** A connection as Comet opens it, with the answers decoded in order. */
export class AbciClient {
  readonly socket: Socket;
  readonly #reader = new FrameReader();
  /** As they came: decoding takes time that a bench does not give to the app. */
  readonly #answers: Uint8Array[] = [];
  #waiting: (() => void) | undefined;
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.#reader.append(chunk);
      for (let f = this.#reader.next(); f !== undefined; f = this.#reader.next()) {
        this.#answers.push(f.slice());
      }
      this.#waiting?.();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
      this.#waiting?.();
    });
  }

  static open(path: string): Promise<AbciClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve(new AbciClient(socket)));
      socket.once("error", reject);
    });
  }

  send(...requests: DeepPartial<Request>[]): void {
    this.socket.write(Buffer.concat(requests.map(requestFrame)));
  }

  /** The next answers, in order; fewer when the connection closes before. */
  async take(count: number): Promise<Response[]> {
    return (await this.takeFrames(count)).map((frame) => Response.decode(frame));
  }

  async takeFrames(count: number): Promise<Uint8Array[]> {
    while (this.#answers.length < count && !this.#closed) {
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    return this.#answers.splice(0, count);
  }

  get received(): number {
    return this.#answers.length;
  }

  close(): void {
    this.socket.destroy();
  }
}

export type ServerFixture = {
  readonly server: AbciServer;
  readonly path: string;
  /** Resolves at the server's call of `fatal`. */
  readonly fatal: Promise<Error>;
  open(): Promise<AbciClient>;
  stop(): Promise<void>;
};

export async function startServer(changes: Partial<AbciHandlers> = {}): Promise<ServerFixture> {
  const directory = mkdtempSync(join(tmpdir(), "abci-"));
  const path = join(directory, "app.sock");
  let report: (error: Error) => void = () => undefined;
  const fatal = new Promise<Error>((resolve) => (report = resolve));
  const server = createServer(plainHandlers(changes), {
    fatal: (error) => report(error),
  });
  await server.listen(path);
  const clients: AbciClient[] = [];
  return {
    server,
    path,
    fatal,
    async open() {
      const client = await AbciClient.open(path);
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

import type { Socket } from "node:net";
import type { Response } from "cosmjs-types/tendermint/abci/types";
import { answerFrame } from "./dispatch.ts";
import { encodeFrame } from "./encode.ts";
import { killPoint } from "../killPoint.ts";
import { FrameReader } from "./frames.ts";
import type { AbciHandlers } from "./handlers.ts";

/** Answers of one batch beyond this are written before the next request is looked at. */
const BATCH_BYTES = 1024 * 1024;

/** What all connections of a server share; `ended` stops every one of them at the first fault. */
export type Shared = {
  readonly app: AbciHandlers;
  readonly end: (error: unknown) => void;
  ended: boolean;
};

/**
 * One of Comet's connections. Requests are answered in the order of their arrival; handlers run to
 * their end at once, so over all connections too the order is that of arrival. A query that takes
 * its time holds up its own connection alone.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  readonly #reader = new FrameReader();
  #querying = false;
  #draining = false;

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    socket.on("data", (chunk) => {
      this.#reader.append(chunk);
      this.#work();
    });
    socket.on("drain", () => {
      this.#draining = false;
      this.#work();
    });
    // A broken connection is Comet's end, not ours: the supervisor restarts both.
    socket.on("error", () => socket.destroy());
  }

  close(): void {
    this.#socket.destroy();
  }

  get #blocked(): boolean {
    return this.#querying || this.#draining || this.#shared.ended;
  }

  #work(): void {
    try {
      while (!this.#blocked && this.#answerBatch());
    } catch (error) {
      this.#shared.end(error);
    }
    // Reading on while answers wait would keep every request of a slow peer in memory.
    if (this.#blocked) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Answers what is there, in one write: a write per answer costs three times as much. */
  #answerBatch(): boolean {
    const answers: Uint8Array[] = [];
    let size = 0;
    while (size < BATCH_BYTES) {
      const frame = this.#reader.next();
      if (frame === undefined) break;
      killPoint("frame.read");
      const answer = answerFrame(this.#shared.app, frame);
      if (answer instanceof Promise) {
        this.#awaitQuery(answer);
        break;
      }
      const [length, body] = encodeFrame(answer);
      answers.push(length, body);
      size += body.length;
    }
    this.#write(answers);
    return answers.length > 0;
  }

  #awaitQuery(answer: Promise<Response>): void {
    this.#querying = true;
    answer
      .then((response) => {
        this.#querying = false;
        if (this.#shared.ended) return;
        this.#write(encodeFrame(response));
        this.#work();
      })
      .catch((error: unknown) => this.#shared.end(error));
  }

  #write(answers: readonly Uint8Array[]): void {
    if (answers.length === 0 || this.#socket.destroyed) return;
    this.#draining = !this.#socket.write(Buffer.concat(answers));
    killPoint("frame.answered");
  }
}

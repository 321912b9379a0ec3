import { connect, type Socket } from "node:net";
import { BinaryWriter } from "cosmjs-types/binary";
import { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { AnswerReader } from "./frames.ts";

export type Call = Parameters<typeof Request.fromPartial>[0];

type Waiting = {
  readonly name: keyof Response;
  readonly resolve: (response: Response) => void;
};

/**
 * One connection to the app. Requests are answered strictly in their order and carry no ids, so
 * that the oldest waiting call owns the next answer. It never reconnects: an app that is gone ends
 * the engine, and the supervisor starts both again.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  readonly #waiting: Waiting[] = [];
  readonly #lost: (error: Error) => void;

  private constructor(socket: Socket, lost: (error: Error) => void) {
    this.#socket = socket;
    this.#lost = lost;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#lost(error));
    socket.on("close", () => this.#lost(new Error("the app closed its connection")));
  }

  static open(path: string, lost: (error: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket, lost));
      });
    });
  }

  /** Sends a request, with a Flush behind it as CometBFT does. */
  call<N extends keyof Request & keyof Response>(
    name: N,
    request: NonNullable<Request[N]>,
  ): Promise<NonNullable<Response[N]>> {
    const answer = this.#send(name, { [name]: request } as Request);
    void this.#send("flush", { flush: {} });
    return answer.then((response) => response[name] as NonNullable<Response[N]>);
  }

  close(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.destroy();
  }

  #send(name: keyof Response, request: Request): Promise<Response> {
    const body = Request.encode(request).finish();
    this.#socket.write(new BinaryWriter().bytes(body).finish());
    return new Promise((resolve) => this.#waiting.push({ name, resolve }));
  }

  #read(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) {
      const response = Response.decode(frame);
      const waiting = this.#waiting.shift();
      if (response.exception !== undefined) {
        this.#lost(new Error(`the app answered: ${response.exception.error}`));
      } else if (waiting === undefined || response[waiting.name] === undefined) {
        this.#lost(new Error(`answer: expected ${waiting?.name ?? "none"}, got another`));
      } else waiting.resolve(response);
    }
  }
}

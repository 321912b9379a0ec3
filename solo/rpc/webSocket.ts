import type { Server } from "node:http";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { QuerySyntaxError, matches, parseQuery } from "../store/query.ts";
import { RpcFault, internal } from "./errors.ts";
import { errorJson } from "./methods.ts";
import type { SoloNode } from "./node.ts";
import { Params } from "./params.ts";
import { answerCall, parse } from "./calls.ts";
import { eventsOf, type ChainEvent } from "./events.ts";

/** CometBFT's max_subscriptions_per_client. */
const mostSubscriptions = 5;
/** A reader that slow is cut off instead of filling the memory. */
const largestBacklog = 16 * 1024 * 1024;

type Subscription = { readonly id: unknown; readonly conditions: ReturnType<typeof parseQuery> };

export function acceptWebSockets(server: Server, node: SoloNode): void {
  const sockets = new WebSocketServer({ server, path: "/websocket", maxPayload: 1_000_000 });
  // The HTTP server says why it cannot listen.
  sockets.on("error", () => undefined);
  const clients = new Set<Client>();
  node.engine.on("block", (block) => {
    if (clients.size === 0) return;
    const events = eventsOf(block);
    for (const client of clients) for (const event of events) client.publish(event);
  });
  sockets.on("connection", (socket) => {
    const client = new Client(socket, node);
    clients.add(client);
    socket.on("close", () => clients.delete(client));
  });
}

class Client {
  readonly #socket: WebSocket;
  readonly #node: SoloNode;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(socket: WebSocket, node: SoloNode) {
    this.#socket = socket;
    this.#node = node;
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => void this.#receive(data));
  }

  publish(event: ChainEvent): void {
    for (const [query, { id, conditions }] of this.#subscriptions) {
      if (!matches(conditions, event.attributes)) continue;
      const events = Object.fromEntries(event.attributes);
      this.#send({ id, result: { query, data: event.data, events } });
    }
  }

  async #receive(data: RawData): Promise<void> {
    const call = parse((data as Buffer).toString("utf8"));
    if (call instanceof RpcFault) return this.#send({ id: -1, error: errorJson(call) });
    for (const one of Array.isArray(call) ? call : [call]) {
      const own = this.#subscribe(one.method, one.id, one.params);
      if (own !== undefined) {
        this.#send({ id: one.id, ...own });
        continue;
      }
      const answer = await answerCall(this.#node, one);
      if (answer !== undefined) this.#send(answer);
    }
  }

  /** Undefined for every method that has nothing to do with subscriptions. */
  #subscribe(method: unknown, id: unknown, given: unknown): object | undefined {
    if (method === "unsubscribe_all") {
      this.#subscriptions.clear();
      return { result: {} };
    }
    if (method !== "subscribe" && method !== "unsubscribe") return undefined;
    try {
      const query = Params.ofJson(given, ["query"]).text("query") ?? "";
      if (method === "subscribe") this.#add(query, id);
      else if (!this.#subscriptions.delete(query)) throw internal("subscription not found");
      return { result: {} };
    } catch (error) {
      if (error instanceof RpcFault) return { error: errorJson(error) };
      if (error instanceof QuerySyntaxError) return { error: errorJson(internal(error.message)) };
      throw error;
    }
  }

  #add(query: string, id: unknown): void {
    if (this.#subscriptions.has(query)) throw internal("already subscribed");
    if (this.#subscriptions.size >= mostSubscriptions) {
      throw internal(`max_subscriptions_per_client ${mostSubscriptions} reached`);
    }
    this.#subscriptions.set(query, { id, conditions: parseQuery(query) });
  }

  #send(message: object): void {
    if (this.#socket.bufferedAmount > largestBacklog) this.#socket.terminate();
    else this.#socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerCall, parse } from "./calls.ts";
import { RpcFault } from "./errors.ts";
import { answer, errorJson, methodNames } from "./methods.ts";
import type { SoloNode } from "./node.ts";
import { Params } from "./params.ts";
import { acceptWebSockets } from "./webSocket.ts";

/** CometBFT's max_body_bytes. */
const largestBody = 1_000_000;

/** The RPC of a node: JSON-RPC by POST, URIs by GET, subscriptions at /websocket. */
export function makeServer(node: SoloNode, corsOrigins: readonly string[]): Server {
  const server = createServer((request, response) => {
    const origin = request.headers.origin;
    if (origin !== undefined && (corsOrigins.includes("*") || corsOrigins.includes(origin))) {
      response.setHeader("access-control-allow-origin", corsOrigins.includes("*") ? "*" : origin);
      response.setHeader("access-control-allow-headers", "origin, accept, content-type");
      response.setHeader("access-control-allow-methods", "HEAD, GET, POST");
    }
    handle(node, request, response).catch(() => response.destroy());
  });
  acceptWebSockets(server, node);
  return server;
}

async function handle(
  node: SoloNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "OPTIONS") return send(response, 204, "");
  if (request.method === "POST") return post(node, request, response);
  const url = new URL(request.url ?? "/", "http://solo");
  const name = url.pathname.slice(1);
  if (name === "")
    return send(response, 200, `solo engine\n${methodNames.join("\n")}\n`, "text/plain");
  const body = await answer(node, name, () => Params.ofUri(url.searchParams));
  const status = "error" in body ? (body.error["code"] === -32601 ? 404 : 500) : 200;
  return send(response, status, JSON.stringify({ jsonrpc: "2.0", id: -1, ...body }));
}

async function post(
  node: SoloNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await bodyOf(request);
  if (text === undefined) return send(response, 413, "http: request body too large", "text/plain");
  const calls = parse(text);
  if (calls instanceof RpcFault) {
    return send(response, 200, JSON.stringify({ jsonrpc: "2.0", id: -1, error: errorJson(calls) }));
  }
  const answers = await Promise.all(
    (Array.isArray(calls) ? calls : [calls]).map((call) => answerCall(node, call)),
  );
  const known = answers.filter((one) => one !== undefined);
  const body: unknown = Array.isArray(calls) ? known : known[0];
  return send(response, 200, body === undefined ? "" : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  type = "application/json",
): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

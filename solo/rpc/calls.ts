import { RpcFault } from "./errors.ts";
import { answer } from "./methods.ts";
import type { SoloNode } from "./node.ts";
import { Params } from "./params.ts";

/** CometBFT's max_request_batch_size. */
const longestBatch = 10;

type Call = { readonly id?: unknown; readonly method?: unknown; readonly params?: unknown };

/** Undefined for a notification, which nobody waits for. */
export async function answerCall(node: SoloNode, call: Call): Promise<object | undefined> {
  const { id, method, params } = call;
  if (id === undefined) return undefined;
  if (typeof method !== "string") {
    return {
      jsonrpc: "2.0",
      id,
      error: { code: -32600, message: "Invalid Request", data: "no method" },
    };
  }
  const body = await answer(node, method, (names) => Params.ofJson(params, names));
  return { jsonrpc: "2.0", id, ...body };
}

export function parse(text: string): Call | Call[] | RpcFault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return new RpcFault(-32700, "Parse error. Invalid JSON", String(error));
  }
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > longestBatch) {
    return new RpcFault(-32600, "Invalid Request", `batch: expected at most ${longestBatch} calls`);
  }
  if (!all.every((one) => typeof one === "object" && one !== null)) {
    return new RpcFault(-32600, "Invalid Request", "expected an object");
  }
  return value as Call | Call[];
}

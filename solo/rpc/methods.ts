import { developmentMethods } from "./development.ts";
import { RpcFault, internal, unknownMethod } from "./errors.ts";
import { infoMethods } from "./info.ts";
import type { Json } from "./json.ts";
import type { Method, Methods, SoloNode } from "./node.ts";
import type { Params } from "./params.ts";
import { txMethods } from "./txs.ts";

const methods: Methods = { ...infoMethods, ...txMethods, ...developmentMethods };

export const methodNames: readonly string[] = Object.keys(methods);

export function methodOf(name: string): Method {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw unknownMethod(name);
  return method;
}

export type Answer = { readonly result: Json } | { readonly error: Json };

/** Runs a call; whatever goes wrong becomes an answer. */
export async function answer(
  node: SoloNode,
  name: string,
  paramsOf: (names: readonly string[]) => Params,
): Promise<Answer> {
  try {
    const method = methodOf(name);
    return { result: await method.run(node, paramsOf(method.params)) };
  } catch (error) {
    const fault = error instanceof RpcFault ? error : internal(messageOf(error));
    return { error: errorJson(fault) };
  }
}

export const errorJson = ({ code, message, data }: RpcFault): Json => ({ code, message, data });

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

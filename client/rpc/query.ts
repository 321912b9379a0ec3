import { toHex } from "@cosmjs/encoding";
import type { ProofOp } from "../../core/store/proofs.ts";
import { base64Of, codeOf, decodedOf, fieldsOf, heightOf, listOf, textOf } from "./answer.ts";
import { QueryError } from "./errors.ts";
import type { Rpc } from "./rpc.ts";

/** CosmJS's ProtobufRpcClient: our query extensions work over it and over our own Rpc alike. */
export type ProtobufRpc = {
  request(service: string, method: string, data: Uint8Array): Promise<Uint8Array>;
};

export type AbciAnswer = {
  readonly value: Uint8Array;
  /** Height of the state that was read. */
  readonly height: bigint;
  readonly proofOps: readonly ProofOp[];
};

/** abci_query; a code other than 0 is a QueryError. */
export async function abciQuery(
  rpc: Rpc,
  path: string,
  data: Uint8Array,
  options: { readonly height?: bigint; readonly prove?: boolean } = {},
): Promise<AbciAnswer> {
  const result = await rpc.call("abci_query", {
    path,
    data: toHex(data),
    height: String(options.height ?? 0n),
    prove: options.prove ?? false,
  });
  return abciAnswer(path, result);
}

/** Reads what a node answered. */
export function abciAnswer(path: string, result: unknown): AbciAnswer {
  const answer = fieldsOf(fieldsOf(result, "result")["response"], "response");
  const { codespace, log, value, height, proofOps } = answer;
  const code = codeOf(answer["code"], "code");
  if (code !== 0)
    throw new QueryError(path, textOf(codespace, "codespace"), code, textOf(log, "log"));
  const ops = listOf(fieldsOf(proofOps ?? {}, "proofOps")["ops"], "proofOps.ops");
  return {
    value: base64Of(value, "value"),
    height: heightOf(height, "height"),
    proofOps: ops.map((op) => {
      const { type, key, data } = fieldsOf(op, "proof op");
      return {
        type: textOf(type, "type"),
        key: base64Of(key, "key"),
        data: base64Of(data, "data"),
      };
    }),
  };
}

/** Queries of one height (default: the last). */
export function protobufRpc(rpc: Rpc, height?: bigint): ProtobufRpc {
  return {
    async request(service, method, data) {
      const options = height === undefined ? {} : { height };
      return (await abciQuery(rpc, `/${service}/${method}`, data, options)).value;
    },
  };
}

type Generated<T> = {
  encode(message: T): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
  fromPartial(partial: object): T;
};

/** One gRPC-shaped call with generated request and response. */
export function unary<Q, A>(
  rpc: ProtobufRpc,
  service: string,
  method: string,
  request: Generated<Q>,
  response: Generated<A>,
) {
  return async (query: Partial<Q> = {}): Promise<A> => {
    const data = request.encode(request.fromPartial(query)).finish();
    const answer = await rpc.request(service, method, data);
    return decodedOf(`${service}/${method}`, answer, (bytes) => response.decode(bytes));
  };
}

import { fromBase64, toHex } from "@cosmjs/encoding";
import type { ProofOp } from "../../core/store/proofs.ts";
import { QueryError } from "./errors.ts";
import type { Rpc } from "./rpc.ts";

/** CosmJS's ProtobufRpcClient: our query extensions work over it and over our own Rpc alike. */
export type ProtobufRpc = {
  request(service: string, method: string, data: Uint8Array): Promise<Uint8Array>;
};

type AbciQueryResponse = {
  response: {
    code?: number;
    codespace?: string;
    log?: string;
    value?: string | null;
    height?: string;
    proofOps?: { ops?: { type: string; key: string; data: string }[] } | null;
  };
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
  const { response } = await rpc.call<AbciQueryResponse>("abci_query", {
    path,
    data: toHex(data),
    height: String(options.height ?? 0n),
    prove: options.prove ?? false,
  });
  const code = response.code ?? 0;
  if (code !== 0) throw new QueryError(path, response.codespace ?? "", code, response.log ?? "");
  return {
    value: fromBase64(response.value ?? ""),
    height: BigInt(response.height ?? "0"),
    proofOps: (response.proofOps?.ops ?? []).map((op) => ({
      type: op.type,
      key: fromBase64(op.key),
      data: fromBase64(op.data),
    })),
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
    return response.decode(await rpc.request(service, method, data));
  };
}

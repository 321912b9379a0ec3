import type { RequestQuery, ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { utf8Encode } from "../../core/bytes.ts";
import { GasMeter } from "../../core/gas.ts";
import type { QueryDef } from "../../core/module.ts";
import { WireScanner } from "../../core/wire/scanner.ts";
import { SimulationResponse } from "../../proto/cosmos.ts";
import { appName } from "../appConfig.ts";
import type { ChainState } from "../appState.ts";
import type { ReadStore } from "../../core/store/kv.ts";
import { invalidRequest, QueryError, queryRefusal } from "./errors.ts";
import { services, simulate } from "./services.ts";
import { queryStore, type StoreAnswer } from "./store.ts";

/** Answers from the last commit or a kept one before it, never from the block in progress (WIRE.md 12). */
export function answerQuery(state: ChainState, request: RequestQuery): ResponseQuery {
  try {
    const height = heightOf(state, request.height);
    const { value, proofOps } = route(state, request, height);
    const found = { ...empty, key: keyOf(request), value, height };
    return proofOps === undefined ? found : { ...found, proofOps };
  } catch (error) {
    const { code, codespace, log } = queryRefusal(error);
    return { ...empty, code, codespace, log, height: request.height };
  }
}

const empty = {
  code: 0,
  log: "",
  info: "",
  index: 0n,
  key: new Uint8Array(),
  value: new Uint8Array(),
  height: 0n,
  codespace: "",
};

function keyOf({ path, data }: RequestQuery): Uint8Array {
  return partsOf(path)[0] === "store" ? data : new Uint8Array();
}

function partsOf(path: string): string[] {
  return (path.startsWith("/") ? path.slice(1) : path).split("/");
}

function heightOf(state: ChainState, asked: bigint): bigint {
  if (asked < 0n)
    throw invalidRequest("cannot query with height < 0; please provide a valid height");
  if (state.height === 0n)
    throw new QueryError(
      26,
      `${appName} is not ready; please wait for first block: invalid height`,
    );
  if (asked > state.height) {
    throw new QueryError(
      26,
      "cannot query with height in the future; please provide a valid height: invalid height",
    );
  }
  return asked === 0n ? state.height : asked;
}

function route(state: ChainState, request: RequestQuery, height: bigint): StoreAnswer {
  const { path, data } = request;
  if (path === "/cosmos.tx.v1beta1.Service/BroadcastTx")
    throw invalidRequest("can't route a broadcast tx message");
  const query = state.registry.queries.get(path);
  if (query !== undefined) return { value: runQuery(state, query, data, height) };
  const service = services.get(path);
  if (service !== undefined) {
    requireCanonical(state, path, data);
    return { value: service(state, data) };
  }
  const [first, second, ...rest] = partsOf(path);
  if (first === "app" && second === "version") return { value: utf8Encode(state.config.version) };
  if (first === "app" && second === "simulate") {
    const json = SimulationResponse.toJSON(simulate(state, data));
    return { value: utf8Encode(JSON.stringify(json)) };
  }
  if (first === "store") return queryStore(state, [second ?? "", ...rest], request, height);
  if (first === "p2p" && second === "filter") return { value: new Uint8Array() };
  throw new QueryError(6, "unknown query path: unknown request");
}

function runQuery(
  state: ChainState,
  query: QueryDef<unknown, unknown>,
  data: Uint8Array,
  height: bigint,
): Uint8Array {
  requireCanonical(state, query.path, data);
  const block = { ...state.lastBlock, height: state.lastBlock.height };
  const at = { ...block, height: height as typeof block.height, timeMs: state.timeOf(height) };
  const gas = new GasMeter(state.config.queryGasLimit);
  const ctx = state.readCtx(viewAt(state, height), at, gas);
  return query.response.encode(query.handle(ctx, query.request.decode(data)));
}

function viewAt(state: ChainState, height: bigint): ReadStore {
  const { multistore } = state.db;
  const view = height === state.height ? multistore.view() : multistore.view(height);
  if (view !== undefined) return view;
  throw invalidRequest(
    `failed to load state at height ${height}; version does not exist (latest height: ${state.height})`,
  );
}

/** Queries pass the same scan as transactions: a nested request may not depend on the stack (THREATS D1). */
function requireCanonical(state: ChainState, path: string, data: Uint8Array): void {
  const [, service = "", method = ""] = path.split("/");
  const { descriptors, schema } = state.registry;
  const input = descriptors.getService(service)?.methods.find(({ name }) => name === method)
    ?.input.typeName;
  if (input === undefined) return;
  const fault = new WireScanner(schema, () => undefined).scan(input, data);
  if (fault !== undefined) {
    throw invalidRequest(`rpc error: code = InvalidArgument desc = request: ${fault}`);
  }
}

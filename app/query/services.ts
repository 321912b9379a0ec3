import { branch } from "../../core/store/branch.ts";
import type { SimulationResponse, Timestamp } from "../../proto/cosmos.ts";
import {
  GetNodeInfoResponse,
  GetSyncingResponse,
  QueryNodeConfigResponse,
  QueryNodeStatusResponse,
  SimulateRequest,
  SimulateResponse,
  Tx,
} from "../../proto/cosmos.ts";
import { formatDec } from "../../core/math/dec.ts";
import { toHex } from "../../core/bytes.ts";
import { appName } from "../appConfig.ts";
import type { ChainState } from "../appState.ts";
import { decodeTx, type DecodedTx } from "../tx/decode.ts";
import { simulateTx } from "../tx/simulate.ts";
import { invalidRequest, QueryError } from "./errors.ts";

type Service = (state: ChainState, data: Uint8Array) => Uint8Array;

/** The services of every SDK node that the app itself can answer, by path. */
export const services: ReadonlyMap<string, Service> = new Map<string, Service>([
  ["/cosmos.tx.v1beta1.Service/Simulate", simulateService],
  ["/cosmos.base.node.v1beta1.Service/Config", nodeConfig],
  ["/cosmos.base.node.v1beta1.Service/Status", nodeStatus],
  ["/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo", nodeInfo],
  [
    "/cosmos.base.tendermint.v1beta1.Service/GetSyncing",
    () => GetSyncingResponse.encode({ syncing: false }).finish(),
  ],
]);

export function simulate(state: ChainState, bytes: Uint8Array): SimulationResponse {
  const { ctx: checked, waiting } = state.check;
  const own = branch(checked.store);
  const ctx = state.ctx(own, state.lastBlock);
  const env = state.anteEnv("simulate");
  // Beside the cache: what is simulated has no signature and never comes again.
  const decode = (): DecodedTx => decodeTx(state.registry, bytes);
  const { outcome, gasUsed } = simulateTx(ctx, waiting, decode, env);
  if (outcome.ok) return outcome.value;
  const { log } = outcome.refusal;
  throw new QueryError(
    6,
    `rpc error: code = Unknown desc = ${log} with gas used: '${gasUsed}': unknown request`,
  );
}

function simulateService(state: ChainState, data: Uint8Array): Uint8Array {
  const { tx, txBytes } = SimulateRequest.decode(data);
  // The deprecated field carries the same transaction; encoding it gives the bytes that would be signed.
  const bytes = txBytes.length === 0 && tx !== undefined ? Tx.encode(tx).finish() : txBytes;
  if (bytes.length === 0)
    throw invalidRequest("rpc error: code = InvalidArgument desc = invalid empty tx");
  const simulated: SimulateResponse = simulate(state, bytes);
  return SimulateResponse.encode(simulated).finish();
}

function nodeConfig(state: ChainState): Uint8Array {
  const prices = state.config.minGasPrices.map(({ denom, price }) => formatDec(price) + denom);
  return QueryNodeConfigResponse.encode(
    QueryNodeConfigResponse.fromPartial({
      minimumGasPrice: prices.join(","),
      pruningKeepRecent: "100",
      pruningInterval: "1",
    }),
  ).finish();
}

function nodeStatus(state: ChainState): Uint8Array {
  const { timeMs } = state.db;
  return QueryNodeStatusResponse.encode(
    QueryNodeStatusResponse.fromPartial({
      height: state.height,
      earliestStoreHeight: state.db.multistore.oldestVersion,
      appHash: new TextEncoder().encode(toHex(state.appHash)),
      timestamp: timestampOf(timeMs),
    }),
  ).finish();
}

function timestampOf(ms: bigint): Timestamp {
  return { seconds: ms / 1000n, nanos: Number(ms % 1000n) * 1_000_000 };
}

function nodeInfo(state: ChainState): Uint8Array {
  const { chainId, version } = state.config;
  return GetNodeInfoResponse.encode(
    GetNodeInfoResponse.fromPartial({
      defaultNodeInfo: { network: chainId, version: "0.38.25" },
      applicationVersion: { name: appName, appName, version, cosmosSdkVersion: "v0.50.0" },
    }),
  ).finish();
}

import { createProtobufRpcClient } from "@cosmjs/stargate";
import {
  QueryBreakdownRequest,
  QueryBreakdownResponse,
  QueryParamsRequest,
  QueryParamsResponse,
} from "../../../proto/gen/assay/reputation/v1/query.ts";
import { unary, type ProtobufRpc } from "../../rpc/query.ts";

const service = "assay.reputation.v1.Query";

/** Reads of module reputation, by the names of its Query service. */
export type ReputationExtension = { readonly reputation: ReturnType<typeof reputationQueries> };

export function reputationQueries(rpc: ProtobufRpc) {
  return {
    /** Parameters. */
    params: unary(rpc, service, "Params", QueryParamsRequest, QueryParamsResponse),
    /** Every number that a node's reputation on a service is made of. */
    breakdown: unary(rpc, service, "Breakdown", QueryBreakdownRequest, QueryBreakdownResponse),
  };
}

/** For CosmJS: QueryClient.withExtensions(comet, setupReputationExtension). */
export function setupReputationExtension(
  base: Parameters<typeof createProtobufRpcClient>[0],
): ReputationExtension {
  return { reputation: reputationQueries(createProtobufRpcClient(base)) };
}

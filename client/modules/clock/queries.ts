import { createProtobufRpcClient } from "@cosmjs/stargate";
import { QueryClockRequest, QueryClockResponse } from "../../../proto/gen/assay/clock/v1/query.ts";
import { unary, type ProtobufRpc } from "../../rpc/query.ts";

const service = "assay.clock.v1.Query";

/** Reads of module clock, by the names of its Query service. */
export type ClockExtension = { readonly clock: ReturnType<typeof clockQueries> };

export function clockQueries(rpc: ProtobufRpc) {
  return {
    /** State and parameters. */
    clock: unary(rpc, service, "Clock", QueryClockRequest, QueryClockResponse),
  };
}

/** For CosmJS: QueryClient.withExtensions(comet, setupClockExtension). */
export function setupClockExtension(
  base: Parameters<typeof createProtobufRpcClient>[0],
): ClockExtension {
  return { clock: clockQueries(createProtobufRpcClient(base)) };
}

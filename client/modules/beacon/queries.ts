import { createProtobufRpcClient } from "@cosmjs/stargate";
import {
  QueryBeaconRequest,
  QueryBeaconResponse,
  QueryContributorsRequest,
  QueryContributorsResponse,
} from "../../../proto/gen/assay/beacon/v1/query.ts";
import { unary, type ProtobufRpc } from "../../rpc/query.ts";

const service = "assay.beacon.v1.Query";

/** Reads of module beacon, by the names of its Query service. */
export type BeaconExtension = { readonly beacon: ReturnType<typeof beaconQueries> };

export function beaconQueries(rpc: ProtobufRpc) {
  return {
    /** Last beacon and what waits. */
    beacon: unary(rpc, service, "Beacon", QueryBeaconRequest, QueryBeaconResponse),
    /** The contributors. */
    contributors: unary(
      rpc,
      service,
      "Contributors",
      QueryContributorsRequest,
      QueryContributorsResponse,
    ),
  };
}

/** For CosmJS: QueryClient.withExtensions(comet, setupBeaconExtension). */
export function setupBeaconExtension(
  base: Parameters<typeof createProtobufRpcClient>[0],
): BeaconExtension {
  return { beacon: beaconQueries(createProtobufRpcClient(base)) };
}

import { createProtobufRpcClient } from "@cosmjs/stargate";
import {
  QueryBondRequest,
  QueryBondResponse,
  QueryBondsRequest,
  QueryBondsResponse,
  QueryLifeRequest,
  QueryLifeResponse,
  QueryNodeBondsRequest,
  QueryNodeBondsResponse,
  QueryOperatorBondsRequest,
  QueryOperatorBondsResponse,
  QueryParamsRequest,
  QueryParamsResponse,
  QuerySlashPreviewRequest,
  QuerySlashPreviewResponse,
} from "../../../proto/gen/assay/staking/v1/query.ts";
import { unary, type ProtobufRpc } from "../../rpc/query.ts";

const service = "assay.staking.v1.Query";

/** Reads of module staking, by the names of its Query service. */
export type StakingExtension = { readonly staking: ReturnType<typeof stakingQueries> };

export function stakingQueries(rpc: ProtobufRpc) {
  return {
    /** Parameters. */
    params: unary(rpc, service, "Params", QueryParamsRequest, QueryParamsResponse),
    /** One bond. */
    bond: unary(rpc, service, "Bond", QueryBondRequest, QueryBondResponse),
    /** Bonds of a service. */
    bonds: unary(rpc, service, "Bonds", QueryBondsRequest, QueryBondsResponse),
    /** Bonds of a node. */
    nodeBonds: unary(rpc, service, "NodeBonds", QueryNodeBondsRequest, QueryNodeBondsResponse),
    /** Bonds that an operator serves. */
    operatorBonds: unary(
      rpc,
      service,
      "OperatorBonds",
      QueryOperatorBondsRequest,
      QueryOperatorBondsResponse,
    ),
    /** Life of a node, the slot and epoch of now. */
    life: unary(rpc, service, "Life", QueryLifeRequest, QueryLifeResponse),
    /** What a fault would cost. */
    slashPreview: unary(
      rpc,
      service,
      "SlashPreview",
      QuerySlashPreviewRequest,
      QuerySlashPreviewResponse,
    ),
  };
}

/** For CosmJS: QueryClient.withExtensions(comet, setupStakingExtension). */
export function setupStakingExtension(
  base: Parameters<typeof createProtobufRpcClient>[0],
): StakingExtension {
  return { staking: stakingQueries(createProtobufRpcClient(base)) };
}

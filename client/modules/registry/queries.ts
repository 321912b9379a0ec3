import { createProtobufRpcClient } from "@cosmjs/stargate";
import {
  QueryInstancesRequest,
  QueryInstancesResponse,
  QueryNameStatusRequest,
  QueryNameStatusResponse,
  QueryParamsRequest,
  QueryParamsResponse,
  QueryReleaseRequest,
  QueryReleaseResponse,
  QueryReleasesRequest,
  QueryReleasesResponse,
  QueryServiceRequest,
  QueryServiceResponse,
  QueryServicesRequest,
  QueryServicesResponse,
  QueryUserByOwnerRequest,
  QueryUserByOwnerResponse,
  QueryUserRequest,
  QueryUserResponse,
  QueryUsersRequest,
  QueryUsersResponse,
} from "../../../proto/gen/assay/registry/v1/query.ts";
import { unary, type ProtobufRpc } from "../../rpc/query.ts";

const service = "assay.registry.v1.Query";

/** Reads of module registry, by the names of its Query service. */
export type RegistryExtension = { readonly registry: ReturnType<typeof registryQueries> };

export function registryQueries(rpc: ProtobufRpc) {
  return {
    /** Parameters. */
    params: unary(rpc, service, "Params", QueryParamsRequest, QueryParamsResponse),
    /** A user by username. */
    user: unary(rpc, service, "User", QueryUserRequest, QueryUserResponse),
    /** A user by owner address. */
    userByOwner: unary(
      rpc,
      service,
      "UserByOwner",
      QueryUserByOwnerRequest,
      QueryUserByOwnerResponse,
    ),
    /** All users. */
    users: unary(rpc, service, "Users", QueryUsersRequest, QueryUsersResponse),
    /** A service. */
    service: unary(rpc, service, "Service", QueryServiceRequest, QueryServiceResponse),
    /** All services, or those of one owner. */
    services: unary(rpc, service, "Services", QueryServicesRequest, QueryServicesResponse),
    /** A release. */
    release: unary(rpc, service, "Release", QueryReleaseRequest, QueryReleaseResponse),
    /** Releases of a service. */
    releases: unary(rpc, service, "Releases", QueryReleasesRequest, QueryReleasesResponse),
    /** Instances of a service, or of a node. */
    instances: unary(rpc, service, "Instances", QueryInstancesRequest, QueryInstancesResponse),
    /** Whether a name is free, and why not. */
    nameStatus: unary(rpc, service, "NameStatus", QueryNameStatusRequest, QueryNameStatusResponse),
  };
}

/** For CosmJS: QueryClient.withExtensions(comet, setupRegistryExtension). */
export function setupRegistryExtension(
  base: Parameters<typeof createProtobufRpcClient>[0],
): RegistryExtension {
  return { registry: registryQueries(createProtobufRpcClient(base)) };
}

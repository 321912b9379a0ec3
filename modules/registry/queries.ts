import type { Address } from "../../core/brand.ts";
import {
  addressField,
  addressOrNoneField,
  branded,
  listOf,
  optional,
  proto,
} from "../../core/codec.ts";
import { page, type PageRequest } from "../../core/collections/page.ts";
import type { ReadCtx } from "../../core/context.ts";
import { invalidArgument, notFound } from "../../core/errors.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/gen/assay/registry/v1/query.ts";
import { kindText } from "./kinds.ts";
import { findUserOf, whyNotFree } from "./name.ts";
import { findRelease, resolveRelease } from "./releases.ts";
import * as state from "./state.ts";
import { Instance, Params, Release, Service, User } from "./types.ts";

const path = (name: string): string => `/assay.registry.v1.Query/${name}`;

const params = defineQuery({
  path: path("Params"),
  request: proto(wire.QueryParamsRequest),
  response: branded(wire.QueryParamsResponse, { params: optional(Params) }),
  handle: (ctx) => ({ params: state.params.get(ctx) }),
});

const user = defineQuery({
  path: path("User"),
  request: proto(wire.QueryUserRequest),
  response: branded(wire.QueryUserResponse, { user: optional(User) }),
  handle(ctx, { username }) {
    const found = state.users.get(ctx, username);
    if (found === undefined) throw notFound(`user ${username} not found`);
    return { user: found };
  },
});

const userByOwner = defineQuery({
  path: path("UserByOwner"),
  request: branded(wire.QueryUserByOwnerRequest, { owner: addressField }),
  response: branded(wire.QueryUserByOwnerResponse, { user: optional(User) }),
  handle(ctx, { owner }) {
    const found = findUserOf(ctx, owner);
    if (found === undefined) throw notFound(`user of ${owner} not found`);
    return { user: found };
  },
});

const users = defineQuery({
  path: path("Users"),
  request: proto(wire.QueryUsersRequest),
  response: branded(wire.QueryUsersResponse, { users: listOf(User) }),
  handle(ctx, { pagination: request }) {
    const { items, pagination } = page(ctx, state.users, request, { view: (value) => value });
    return { users: items, pagination };
  },
});

const service = defineQuery({
  path: path("Service"),
  request: proto(wire.QueryServiceRequest),
  response: branded(wire.QueryServiceResponse, { service: optional(Service) }),
  handle(ctx, { name }) {
    const found = state.services.get(ctx, name);
    if (found === undefined) throw notFound(`service ${name} not found`);
    return { service: found };
  },
});

const services = defineQuery({
  path: path("Services"),
  request: branded(wire.QueryServicesRequest, { owner: addressOrNoneField }),
  response: branded(wire.QueryServicesResponse, { services: listOf(Service) }),
  handle(ctx, { owner, pagination: request }) {
    const { items, pagination } = page(ctx, state.services, request, {
      view: (value) => value,
      keep: (value) => owner === "" || value.owner === owner,
    });
    return { services: items, pagination };
  },
});

const release = defineQuery({
  path: path("Release"),
  request: proto(wire.QueryReleaseRequest),
  response: branded(wire.QueryReleaseResponse, { release: optional(Release) }),
  handle(ctx, { service: name, version }) {
    // A yanked release can still be read by its exact version.
    const found = findRelease(ctx, name, version) ?? resolveRelease(ctx, name, version);
    if (found === undefined) throw notFound(`release ${name}@${version} not found`);
    return { release: found };
  },
});

const releases = defineQuery({
  path: path("Releases"),
  request: proto(wire.QueryReleasesRequest),
  response: branded(wire.QueryReleasesResponse, { releases: listOf(Release) }),
  handle(ctx, { service: name, pagination: request }) {
    const { items, pagination } = page(ctx, state.published, request, {
      under: name,
      view: (version) => findRelease(ctx, name, version),
    });
    return { releases: items.filter((found) => found !== undefined), pagination };
  },
});

const instances = defineQuery({
  path: path("Instances"),
  request: branded(wire.QueryInstancesRequest, { node: addressOrNoneField }),
  response: branded(wire.QueryInstancesResponse, { instances: listOf(Instance) }),
  handle(ctx, { service: name, node, pagination: request }) {
    if (name === "" && node !== "") return instancesOf(ctx, node, request);
    const { items, pagination } = page(ctx, state.instances, request, {
      ...(name === "" ? {} : { under: name }),
      view: (value: Instance) => value,
      keep: (value: Instance) => node === "" || value.node === node,
    });
    return { instances: items, pagination };
  },
});

const maxInstancesOfNode = 1_000;

/** All of one node, in one page: a deposit bounds their number. */
function instancesOf(
  ctx: ReadCtx,
  node: Address,
  request: PageRequest | undefined,
): { instances: Instance[]; pagination: { nextKey: Uint8Array; total: bigint } } {
  if ((request?.key.length ?? 0) > 0)
    throw invalidArgument("key: expected none for the instances of a node");
  const found: Instance[] = [];
  for (const key of state.instances.by(ctx, "node", node)) {
    const instance = state.instances.get(ctx, key);
    if (instance !== undefined) found.push(instance);
    if (found.length >= maxInstancesOfNode) break;
  }
  return {
    instances: found,
    pagination: { nextKey: new Uint8Array(), total: BigInt(found.length) },
  };
}

const nameStatus = defineQuery({
  path: path("NameStatus"),
  request: proto(wire.QueryNameStatusRequest),
  response: proto(wire.QueryNameStatusResponse),
  handle(ctx, { kind, name }) {
    kindText(kind);
    const why = whyNotFree(ctx, kind, name);
    return { free: why === undefined, reason: why?.[1] ?? "" };
  },
});

export const queries = [
  params,
  user,
  userByOwner,
  users,
  service,
  services,
  release,
  releases,
  instances,
  nameStatus,
];

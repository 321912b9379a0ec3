import { u64Bytes, u64FromBytes, utf8Decode, utf8Encode } from "../../core/bytes.ts";
import type { Codec } from "../../core/codec.ts";
import { index } from "../../core/collections/indexedMap.ts";
import {
  addressKey,
  bytesKey,
  pairKey,
  stringKey,
  u64Key,
  u8Key,
} from "../../core/collections/keys.ts";
import { dueQueue } from "../../core/collections/keySet.ts";
import { remembered } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import {
  Instance,
  NameCommitment,
  Params,
  Release,
  RetiredName,
  Service,
  User,
  type NameKind,
} from "./types.ts";

const state = schema("registry");
const text: Codec<string> = { encode: utf8Encode, decode: utf8Decode };
const count: Codec<bigint> = { encode: u64Bytes, decode: u64FromBytes };

export const params = state.item(0, "params", remembered(Params));
/** By username; an owner has one. */
export const users = state.indexedMap(1, "users", stringKey, User, {
  owner: index<string, User, User["owner"]>(2, addressKey, (user) => user.owner),
});
/** By name. */
export const services = state.indexedMap(3, "services", stringKey, Service, {
  owner: index<string, Service, Service["owner"]>(4, addressKey, (service) => service.owner),
});
/** By (service, version). */
export const releases = state.map(5, "releases", pairKey(stringKey, stringKey), Release);
/** Versions by (service, number of publication). */
export const published = state.map(6, "published", pairKey(stringKey, u64Key()), text);
/** ACTIVE versions by (service, rank): iteration is precedence. Written by releases.ts alone. */
export const active = state.map(7, "active", pairKey(stringKey, bytesKey), text);
/** Highest version ever published by (service, major). */
export const lines = state.map(8, "lines", pairKey(stringKey, u64Key()), text);
/** By (service, node). */
export const instances = state.indexedMap(
  9,
  "instances",
  pairKey(stringKey, addressKey),
  remembered(Instance),
  {
    node: index<readonly [string, Instance["node"]], Instance, Instance["node"]>(
      10,
      addressKey,
      (instance) => instance.node,
    ),
  },
);
/** By (committer, commitment): nobody blocks another one by sending the same bytes first (THREATS R17). */
export const commitments = state.map(
  11,
  "commitments",
  pairKey(addressKey, bytesKey),
  NameCommitment,
);
const commitmentKey = pairKey(addressKey, bytesKey);
export const expiring = state.keySet(12, "expiring", pairKey(u64Key(), commitmentKey));
export const expiringQueue = dueQueue(expiring);
/** By (kind, name): names that rest, and reserved ones. */
export const retired = state.map(13, "retired", pairKey(u8Key<NameKind>(), stringKey), RetiredName);
/** How many bonds and open tasks hold a service's name; rebuilt at genesis by those who hold. */
export const holds = state.map(14, "holds", stringKey, count);

import "../../proto/cosmjsBinary.ts";
import { Registry, type GeneratedType } from "@cosmjs/proto-signing";
import { defaultRegistryTypes } from "@cosmjs/stargate";
import { MsgPruneAllowances } from "cosmjs-types/cosmos/feegrant/v1beta1/tx";
import { registryResponses, registryTypes } from "../modules/registry/messages.ts";
import { stakingResponses, stakingTypes } from "../modules/staking/messages.ts";
import { tasksResponses, tasksTypes } from "../modules/tasks/messages.ts";

/** Our message types, to add to any CosmJS registry. */
export const assayTypes: ReadonlyArray<[string, GeneratedType]> = [
  ...registryTypes,
  ...stakingTypes,
  ...tasksTypes,
];

const responses: ReadonlyMap<string, { decode(bytes: Uint8Array): unknown }> = new Map(
  Object.entries({ ...registryResponses, ...stakingResponses, ...tasksResponses }),
);

// Of the SDK since 0.50; CosmJS's defaults have the other two messages of feegrant.
const pruneType = "/cosmos.feegrant.v1beta1.MsgPruneAllowances";

/** CosmJS's default types and ours. */
export function assayRegistry(): Registry {
  return new Registry([...defaultRegistryTypes, [pruneType, MsgPruneAllowances], ...assayTypes]);
}

/** The decoded answer of one of our messages; undefined for any other type. */
export function decodeResponse(msgTypeUrl: string, value: Uint8Array): unknown {
  return responses.get(msgTypeUrl)?.decode(value);
}

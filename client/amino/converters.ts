import {
  AminoTypes,
  createDefaultAminoConverters,
  type AminoConverter,
  type AminoConverters,
} from "@cosmjs/stargate";
import {
  MsgGrantAllowance,
  MsgPruneAllowances,
  MsgRevokeAllowance,
} from "cosmjs-types/cosmos/feegrant/v1beta1/tx";
import type { AminoValue } from "../../core/amino/json.ts";
import { aminoMsg, aminoShapeOf } from "../../core/amino/value.ts";
import { codecsOf, forCosmJs } from "../modules/generated.ts";
import { registryTypes } from "../modules/registry/messages.ts";
import { stakingTypes } from "../modules/staking/messages.ts";
import { tasksTypes } from "../modules/tasks/messages.ts";
import { bytesOfAmino } from "./write.ts";

// CosmJS 0.39 leaves these out; a chain of the SDK 0.46 or later signs them.
const feegrantTypes = forCosmJs([
  ["/cosmos.feegrant.v1beta1.MsgGrantAllowance", MsgGrantAllowance],
  ["/cosmos.feegrant.v1beta1.MsgRevokeAllowance", MsgRevokeAllowance],
  ["/cosmos.feegrant.v1beta1.MsgPruneAllowances", MsgPruneAllowances],
]);

/** By the chain's own table of shapes: what a wallet signs is what the chain checks. */
function convertersOf(types: Parameters<typeof codecsOf>[0]): AminoConverters {
  const converters: Record<string, AminoConverter> = {};
  for (const [typeUrl, codec] of codecsOf(types)) {
    const shape = aminoShapeOf(typeUrl);
    if (shape === undefined) throw new Error(`${typeUrl}: expected a message with an amino form`);
    converters[typeUrl] = {
      aminoType: shape.name,
      toAmino: (message: object): AminoValue => {
        const value = codec.encode(codec.fromPartial(message)).finish();
        return aminoMsg({ typeUrl, value }).value;
      },
      fromAmino: (value: AminoValue) => codec.decode(bytesOfAmino(shape, value)),
    };
  }
  return converters;
}

export function createRegistryAminoConverters(): AminoConverters {
  return convertersOf(registryTypes);
}

export function createStakingAminoConverters(): AminoConverters {
  return convertersOf(stakingTypes);
}

export function createTasksAminoConverters(): AminoConverters {
  return convertersOf(tasksTypes);
}

export function createFeegrantAminoConverters(): AminoConverters {
  return convertersOf(feegrantTypes);
}

/** Every message of Assay, with those of feegrant. */
export function createAssayAminoConverters(): AminoConverters {
  return {
    ...createRegistryAminoConverters(),
    ...createStakingAminoConverters(),
    ...createTasksAminoConverters(),
    ...createFeegrantAminoConverters(),
  };
}

/** CosmJS's converters and ours: `aminoTypes` of a SigningStargateClient whose wallet signs in amino. */
export function assayAminoTypes(): AminoTypes {
  return new AminoTypes({ ...createDefaultAminoConverters(), ...createAssayAminoConverters() });
}

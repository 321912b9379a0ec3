import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  MsgAddBond,
  MsgAddBondResponse,
  MsgBond,
  MsgBondResponse,
  MsgExtendCommitment,
  MsgExtendCommitmentResponse,
  MsgHeartbeat,
  MsgHeartbeatResponse,
  MsgSetOperator,
  MsgSetOperatorResponse,
  MsgUnbond,
  MsgUnbondResponse,
  MsgUnjail,
  MsgUnjailResponse,
} from "../../../proto/gen/assay/staking/v1/tx.ts";
import { forCosmJs } from "../generated.ts";

/** For a CosmJS Registry. */
export const stakingTypes = forCosmJs([
  ["/assay.staking.v1.MsgBond", MsgBond],
  ["/assay.staking.v1.MsgAddBond", MsgAddBond],
  ["/assay.staking.v1.MsgExtendCommitment", MsgExtendCommitment],
  ["/assay.staking.v1.MsgUnbond", MsgUnbond],
  ["/assay.staking.v1.MsgSetOperator", MsgSetOperator],
  ["/assay.staking.v1.MsgUnjail", MsgUnjail],
  ["/assay.staking.v1.MsgHeartbeat", MsgHeartbeat],
]);

/** Answers by the type URL of their message. */
export const stakingResponses = {
  "/assay.staking.v1.MsgBond": MsgBondResponse,
  "/assay.staking.v1.MsgAddBond": MsgAddBondResponse,
  "/assay.staking.v1.MsgExtendCommitment": MsgExtendCommitmentResponse,
  "/assay.staking.v1.MsgUnbond": MsgUnbondResponse,
  "/assay.staking.v1.MsgSetOperator": MsgSetOperatorResponse,
  "/assay.staking.v1.MsgUnjail": MsgUnjailResponse,
  "/assay.staking.v1.MsgHeartbeat": MsgHeartbeatResponse,
} as const;

export type MsgBondEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgBond";
  readonly value: MsgBond;
};

export function isMsgBondEncodeObject(object: EncodeObject): object is MsgBondEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgBond";
}

export type MsgAddBondEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgAddBond";
  readonly value: MsgAddBond;
};

export function isMsgAddBondEncodeObject(object: EncodeObject): object is MsgAddBondEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgAddBond";
}

export type MsgExtendCommitmentEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgExtendCommitment";
  readonly value: MsgExtendCommitment;
};

export function isMsgExtendCommitmentEncodeObject(
  object: EncodeObject,
): object is MsgExtendCommitmentEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgExtendCommitment";
}

export type MsgUnbondEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgUnbond";
  readonly value: MsgUnbond;
};

export function isMsgUnbondEncodeObject(object: EncodeObject): object is MsgUnbondEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgUnbond";
}

export type MsgSetOperatorEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgSetOperator";
  readonly value: MsgSetOperator;
};

export function isMsgSetOperatorEncodeObject(
  object: EncodeObject,
): object is MsgSetOperatorEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgSetOperator";
}

export type MsgUnjailEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgUnjail";
  readonly value: MsgUnjail;
};

export function isMsgUnjailEncodeObject(object: EncodeObject): object is MsgUnjailEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgUnjail";
}

export type MsgHeartbeatEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.staking.v1.MsgHeartbeat";
  readonly value: MsgHeartbeat;
};

export function isMsgHeartbeatEncodeObject(
  object: EncodeObject,
): object is MsgHeartbeatEncodeObject {
  return object.typeUrl === "/assay.staking.v1.MsgHeartbeat";
}

/** Typed messages of module staking; fields that are left out have their zero value. */
export const stakingMessages = {
  bond: (value: Partial<MsgBond>): MsgBondEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgBond",
    value: MsgBond.fromPartial(value),
  }),
  addBond: (value: Partial<MsgAddBond>): MsgAddBondEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgAddBond",
    value: MsgAddBond.fromPartial(value),
  }),
  extendCommitment: (value: Partial<MsgExtendCommitment>): MsgExtendCommitmentEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgExtendCommitment",
    value: MsgExtendCommitment.fromPartial(value),
  }),
  unbond: (value: Partial<MsgUnbond>): MsgUnbondEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgUnbond",
    value: MsgUnbond.fromPartial(value),
  }),
  setOperator: (value: Partial<MsgSetOperator>): MsgSetOperatorEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgSetOperator",
    value: MsgSetOperator.fromPartial(value),
  }),
  unjail: (value: Partial<MsgUnjail>): MsgUnjailEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgUnjail",
    value: MsgUnjail.fromPartial(value),
  }),
  heartbeat: (value: Partial<MsgHeartbeat>): MsgHeartbeatEncodeObject => ({
    typeUrl: "/assay.staking.v1.MsgHeartbeat",
    value: MsgHeartbeat.fromPartial(value),
  }),
};

import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  MsgAcceptName,
  MsgAcceptNameResponse,
  MsgAnnounceInstance,
  MsgAnnounceInstanceResponse,
  MsgCommitName,
  MsgCommitNameResponse,
  MsgEndInstance,
  MsgEndInstanceResponse,
  MsgOfferName,
  MsgOfferNameResponse,
  MsgPublishRelease,
  MsgPublishReleaseResponse,
  MsgRegisterService,
  MsgRegisterServiceResponse,
  MsgRegisterUser,
  MsgRegisterUserResponse,
  MsgRetireName,
  MsgRetireNameResponse,
  MsgRotateKey,
  MsgRotateKeyResponse,
  MsgSetReleaseStatus,
  MsgSetReleaseStatusResponse,
  MsgUpdateProfile,
  MsgUpdateProfileResponse,
} from "../../../proto/gen/assay/registry/v1/tx.ts";
import { forCosmJs } from "../generated.ts";

/** For a CosmJS Registry. */
export const registryTypes = forCosmJs([
  ["/assay.registry.v1.MsgCommitName", MsgCommitName],
  ["/assay.registry.v1.MsgRegisterUser", MsgRegisterUser],
  ["/assay.registry.v1.MsgRegisterService", MsgRegisterService],
  ["/assay.registry.v1.MsgUpdateProfile", MsgUpdateProfile],
  ["/assay.registry.v1.MsgRotateKey", MsgRotateKey],
  ["/assay.registry.v1.MsgOfferName", MsgOfferName],
  ["/assay.registry.v1.MsgAcceptName", MsgAcceptName],
  ["/assay.registry.v1.MsgRetireName", MsgRetireName],
  ["/assay.registry.v1.MsgPublishRelease", MsgPublishRelease],
  ["/assay.registry.v1.MsgSetReleaseStatus", MsgSetReleaseStatus],
  ["/assay.registry.v1.MsgAnnounceInstance", MsgAnnounceInstance],
  ["/assay.registry.v1.MsgEndInstance", MsgEndInstance],
]);

/** Answers by the type URL of their message. */
export const registryResponses = {
  "/assay.registry.v1.MsgCommitName": MsgCommitNameResponse,
  "/assay.registry.v1.MsgRegisterUser": MsgRegisterUserResponse,
  "/assay.registry.v1.MsgRegisterService": MsgRegisterServiceResponse,
  "/assay.registry.v1.MsgUpdateProfile": MsgUpdateProfileResponse,
  "/assay.registry.v1.MsgRotateKey": MsgRotateKeyResponse,
  "/assay.registry.v1.MsgOfferName": MsgOfferNameResponse,
  "/assay.registry.v1.MsgAcceptName": MsgAcceptNameResponse,
  "/assay.registry.v1.MsgRetireName": MsgRetireNameResponse,
  "/assay.registry.v1.MsgPublishRelease": MsgPublishReleaseResponse,
  "/assay.registry.v1.MsgSetReleaseStatus": MsgSetReleaseStatusResponse,
  "/assay.registry.v1.MsgAnnounceInstance": MsgAnnounceInstanceResponse,
  "/assay.registry.v1.MsgEndInstance": MsgEndInstanceResponse,
} as const;

export type MsgCommitNameEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgCommitName";
  readonly value: MsgCommitName;
};

export function isMsgCommitNameEncodeObject(
  object: EncodeObject,
): object is MsgCommitNameEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgCommitName";
}

export type MsgRegisterUserEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgRegisterUser";
  readonly value: MsgRegisterUser;
};

export function isMsgRegisterUserEncodeObject(
  object: EncodeObject,
): object is MsgRegisterUserEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgRegisterUser";
}

export type MsgRegisterServiceEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgRegisterService";
  readonly value: MsgRegisterService;
};

export function isMsgRegisterServiceEncodeObject(
  object: EncodeObject,
): object is MsgRegisterServiceEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgRegisterService";
}

export type MsgUpdateProfileEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgUpdateProfile";
  readonly value: MsgUpdateProfile;
};

export function isMsgUpdateProfileEncodeObject(
  object: EncodeObject,
): object is MsgUpdateProfileEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgUpdateProfile";
}

export type MsgRotateKeyEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgRotateKey";
  readonly value: MsgRotateKey;
};

export function isMsgRotateKeyEncodeObject(
  object: EncodeObject,
): object is MsgRotateKeyEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgRotateKey";
}

export type MsgOfferNameEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgOfferName";
  readonly value: MsgOfferName;
};

export function isMsgOfferNameEncodeObject(
  object: EncodeObject,
): object is MsgOfferNameEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgOfferName";
}

export type MsgAcceptNameEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgAcceptName";
  readonly value: MsgAcceptName;
};

export function isMsgAcceptNameEncodeObject(
  object: EncodeObject,
): object is MsgAcceptNameEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgAcceptName";
}

export type MsgRetireNameEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgRetireName";
  readonly value: MsgRetireName;
};

export function isMsgRetireNameEncodeObject(
  object: EncodeObject,
): object is MsgRetireNameEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgRetireName";
}

export type MsgPublishReleaseEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgPublishRelease";
  readonly value: MsgPublishRelease;
};

export function isMsgPublishReleaseEncodeObject(
  object: EncodeObject,
): object is MsgPublishReleaseEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgPublishRelease";
}

export type MsgSetReleaseStatusEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgSetReleaseStatus";
  readonly value: MsgSetReleaseStatus;
};

export function isMsgSetReleaseStatusEncodeObject(
  object: EncodeObject,
): object is MsgSetReleaseStatusEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgSetReleaseStatus";
}

export type MsgAnnounceInstanceEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgAnnounceInstance";
  readonly value: MsgAnnounceInstance;
};

export function isMsgAnnounceInstanceEncodeObject(
  object: EncodeObject,
): object is MsgAnnounceInstanceEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgAnnounceInstance";
}

export type MsgEndInstanceEncodeObject = EncodeObject & {
  readonly typeUrl: "/assay.registry.v1.MsgEndInstance";
  readonly value: MsgEndInstance;
};

export function isMsgEndInstanceEncodeObject(
  object: EncodeObject,
): object is MsgEndInstanceEncodeObject {
  return object.typeUrl === "/assay.registry.v1.MsgEndInstance";
}

/** Typed messages of module registry; fields that are left out have their zero value. */
export const registryMessages = {
  commitName: (value: Partial<MsgCommitName>): MsgCommitNameEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgCommitName",
    value: MsgCommitName.fromPartial(value),
  }),
  registerUser: (value: Partial<MsgRegisterUser>): MsgRegisterUserEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgRegisterUser",
    value: MsgRegisterUser.fromPartial(value),
  }),
  registerService: (value: Partial<MsgRegisterService>): MsgRegisterServiceEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgRegisterService",
    value: MsgRegisterService.fromPartial(value),
  }),
  updateProfile: (value: Partial<MsgUpdateProfile>): MsgUpdateProfileEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgUpdateProfile",
    value: MsgUpdateProfile.fromPartial(value),
  }),
  rotateKey: (value: Partial<MsgRotateKey>): MsgRotateKeyEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgRotateKey",
    value: MsgRotateKey.fromPartial(value),
  }),
  offerName: (value: Partial<MsgOfferName>): MsgOfferNameEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgOfferName",
    value: MsgOfferName.fromPartial(value),
  }),
  acceptName: (value: Partial<MsgAcceptName>): MsgAcceptNameEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgAcceptName",
    value: MsgAcceptName.fromPartial(value),
  }),
  retireName: (value: Partial<MsgRetireName>): MsgRetireNameEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgRetireName",
    value: MsgRetireName.fromPartial(value),
  }),
  publishRelease: (value: Partial<MsgPublishRelease>): MsgPublishReleaseEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgPublishRelease",
    value: MsgPublishRelease.fromPartial(value),
  }),
  setReleaseStatus: (value: Partial<MsgSetReleaseStatus>): MsgSetReleaseStatusEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgSetReleaseStatus",
    value: MsgSetReleaseStatus.fromPartial(value),
  }),
  announceInstance: (value: Partial<MsgAnnounceInstance>): MsgAnnounceInstanceEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgAnnounceInstance",
    value: MsgAnnounceInstance.fromPartial(value),
  }),
  endInstance: (value: Partial<MsgEndInstance>): MsgEndInstanceEncodeObject => ({
    typeUrl: "/assay.registry.v1.MsgEndInstance",
    value: MsgEndInstance.fromPartial(value),
  }),
};

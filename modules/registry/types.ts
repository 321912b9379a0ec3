import {
  addressField,
  addressOrNoneField,
  amountField,
  branded,
  decField,
  listOf,
  proto,
  required,
  type Decoded,
} from "../../core/codec.ts";
import * as genesisWire from "../../proto/gen/assay/registry/v1/genesis.ts";
import * as wire from "../../proto/gen/assay/registry/v1/registry.ts";
import * as txWire from "../../proto/gen/assay/registry/v1/tx.ts";

export {
  Compare,
  NameKind,
  ReleaseStatus,
  Role,
} from "../../proto/gen/assay/registry/v1/registry.ts";

export const Price = branded(wire.Price, { perCall: amountField, perKib: amountField });
export type Price = Decoded<typeof Price>;

export const TaskDefinition = branded(wire.TaskDefinition, { price: required(Price, "price") });
export type TaskDefinition = Decoded<typeof TaskDefinition>;

export const EventDefinition = branded(wire.EventDefinition, {
  quorum: decField,
  fee: amountField,
});
export type EventDefinition = Decoded<typeof EventDefinition>;

export const Definition = branded(wire.Definition, {
  tasks: listOf(TaskDefinition),
  events: listOf(EventDefinition),
  minBond: amountField,
  authorShare: decField,
});
export type Definition = Decoded<typeof Definition>;

export const Artifact = proto(wire.Artifact);
export type Artifact = Decoded<typeof Artifact>;

export const Release = branded(wire.Release, {
  definition: required(Definition, "definition"),
  artifact: required(Artifact, "artifact"),
  publisher: addressField,
});
export type Release = Decoded<typeof Release>;

export const User = branded(wire.User, {
  owner: addressField,
  deposit: amountField,
  offeredTo: addressOrNoneField,
});
export type User = Decoded<typeof User>;

export const Service = branded(wire.Service, {
  owner: addressField,
  deposit: amountField,
  offeredTo: addressOrNoneField,
});
export type Service = Decoded<typeof Service>;

export const Instance = branded(wire.Instance, { node: addressField, deposit: amountField });
export type Instance = Decoded<typeof Instance>;

export const NameCommitment = branded(wire.NameCommitment, {
  committer: addressField,
  deposit: amountField,
});
export type NameCommitment = Decoded<typeof NameCommitment>;

export const RetiredName = proto(wire.RetiredName);
export type RetiredName = Decoded<typeof RetiredName>;

export const Params = branded(wire.Params, {
  nameDeposit: amountField,
  minPrice: amountField,
  instanceDeposit: amountField,
});
export type Params = Decoded<typeof Params>;

export const GenesisState = branded(genesisWire.GenesisState, {
  params: required(Params, "params"),
  users: listOf(User),
  services: listOf(Service),
  releases: listOf(Release),
  instances: listOf(Instance),
  commitments: listOf(NameCommitment),
});
export type GenesisState = Decoded<typeof GenesisState>;

export const MsgCommitName = branded(txWire.MsgCommitName, { committer: addressField });
export const MsgRegisterUser = branded(txWire.MsgRegisterUser, { owner: addressField });
export const MsgRegisterService = branded(txWire.MsgRegisterService, { owner: addressField });
export const MsgUpdateProfile = branded(txWire.MsgUpdateProfile, { owner: addressField });
export const MsgRotateKey = branded(txWire.MsgRotateKey, { owner: addressField });
export const MsgOfferName = branded(txWire.MsgOfferName, {
  owner: addressField,
  to: addressOrNoneField,
});
export const MsgAcceptName = branded(txWire.MsgAcceptName, { newOwner: addressField });
export const MsgRetireName = branded(txWire.MsgRetireName, { owner: addressField });
export const MsgPublishRelease = branded(txWire.MsgPublishRelease, {
  owner: addressField,
  definition: required(Definition, "definition"),
  artifact: required(Artifact, "artifact"),
});
export const MsgSetReleaseStatus = branded(txWire.MsgSetReleaseStatus, { owner: addressField });
export const MsgAnnounceInstance = branded(txWire.MsgAnnounceInstance, { node: addressField });
export const MsgEndInstance = branded(txWire.MsgEndInstance, { node: addressField });

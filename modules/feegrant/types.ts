import { addressField, branded, proto, type Codec, type Decoded } from "../../core/codec.ts";
import * as wire from "../../proto/cosmos.ts";

export const basicType = "/cosmos.feegrant.v1beta1.BasicAllowance";
export const periodicType = "/cosmos.feegrant.v1beta1.PeriodicAllowance";
export const allowedMsgType = "/cosmos.feegrant.v1beta1.AllowedMsgAllowance";

/** What an allowance inside a message may be. */
export const allowanceTypes = [basicType, periodicType, allowedMsgType] as const;

const parties = { granter: addressField, grantee: addressField };

/** The version of the store's layout. */
export const Layout: Codec<number> = {
  encode: (version) => Uint8Array.of(version),
  decode: (bytes) => bytes[0] ?? 0,
};

/** As stored, in the SDK's form: clients read it from proofs. */
export const Grant = branded(wire.Grant, parties);
export type Grant = Decoded<typeof Grant>;

export type GenesisState = wire.FeegrantGenesisState;
export const GenesisState = proto(wire.FeegrantGenesisState);

export const MsgGrantAllowance = branded(wire.MsgGrantAllowance, parties);
export const MsgRevokeAllowance = branded(wire.MsgRevokeAllowance, parties);
export const MsgPruneAllowances = branded(wire.MsgPruneAllowances, { pruner: addressField });

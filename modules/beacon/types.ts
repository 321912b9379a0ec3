import { u64Bytes, u64FromBytes } from "../../core/bytes.ts";
import { branded, decField, proto, type Codec, type Decoded } from "../../core/codec.ts";
import * as wire from "../../proto/gen/assay/beacon/v1/beacon.ts";
import { GenesisState as WireGenesisState } from "../../proto/gen/assay/beacon/v1/genesis.ts";

export const U64: Codec<bigint> = { encode: u64Bytes, decode: u64FromBytes };
export const Bytes: Codec<Uint8Array> = { encode: (value) => value, decode: (bytes) => bytes };

export type Contributor = wire.Contributor;
export const Contributor = proto(wire.Contributor);
export type ContributorSet = wire.ContributorSet;
export const ContributorSet = proto(wire.ContributorSet);
export type Contribution = wire.Contribution;
export const Contribution = proto(wire.Contribution);
export type RequestBlock = wire.RequestBlock;
export const RequestBlock = proto(wire.RequestBlock);
export const PendingDraw = branded(wire.PendingDraw, { drawPower: decField });
export type PendingDraw = Decoded<typeof PendingDraw>;

export type GenesisState = WireGenesisState;
export const GenesisState = proto(WireGenesisState);

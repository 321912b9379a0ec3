import { u64Bytes, u64FromBytes } from "../../core/bytes.ts";
import { proto, type Codec } from "../../core/codec.ts";
import * as wire from "../../proto/gen/assay/clock/v1/clock.ts";
import { GenesisState as WireGenesisState } from "../../proto/gen/assay/clock/v1/genesis.ts";

export const U64: Codec<bigint> = { encode: u64Bytes, decode: u64FromBytes };

export type Params = wire.Params;
export const Params = proto(wire.Params);
export type Slot = wire.Slot;
export const Slot = proto(wire.Slot);
export type FullBlocks = wire.FullBlocks;
export const FullBlocks = proto(wire.FullBlocks);
export type Tick = wire.Tick;
export const Ticks = proto(wire.Ticks);
export type State = wire.State;

export type GenesisState = WireGenesisState;
export const GenesisState = proto(WireGenesisState);
